"""One small house, written by the libraries of each format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from archviz.core.tone import srgb_to_linear
from tests.geometry.loaders.fbx_files import house_scene
from tests.geometry.loaders.files import stl_text
from tests.geometry.loaders.ifc_files import IfcBuilding
from tests.geometry.loaders.step_files import step_text
from tests.geometry.shapes import Mesh, box

House = Mapping[str, tuple[Mesh, tuple[int, int, int]]]
_WHITE, _RED, _BLUE, _GREY = (230, 224, 210), (150, 60, 45), (70, 110, 140), (110, 110, 115)


def _gable() -> Mesh:
    """A roof whose ridge runs along x, nearer to the north: neither a mirrored nor a turned one is equal."""
    points = [(-0.5, -0.6, 3), (10.5, -0.6, 3), (10.5, 8.4, 3), (-0.5, 8.4, 3), (-0.5, 5, 5.5), (10.5, 5, 5.5)]
    faces = [(0, 3, 2), (0, 2, 1), (0, 1, 5), (0, 5, 4), (2, 3, 4), (2, 4, 5), (0, 4, 3), (1, 2, 5)]
    return np.array(points, float), np.array(faces)


# Name -> mesh [m], z up, front south, and sRGB colour of 8 bits.
HOUSE: House = {
    "Slab": (box((-0.2, -0.2, -0.3), (10.2, 8.2, 0)), _GREY),
    "Wall south": (box((0, 0, 0), (10, 0.3, 3)), _WHITE),
    "Wall north": (box((0, 7.7, 0), (10, 8, 3)), _WHITE),
    "Wall west": (box((0, 0.3, 0), (0.3, 7.7, 3)), _WHITE),
    "Wall east": (box((9.7, 0.3, 0), (10, 7.7, 3)), _WHITE),
    "Roof": (_gable(), _RED),
    "Chimney": (box((8, 6, 3), (8.6, 6.7, 6.2)), _RED),
    "Window 1": (box((1, -0.05, 1), (2.5, 0, 2.4)), _BLUE),
    "Window 2": (box((7, -0.05, 1), (8.5, 0, 2.4)), _BLUE),
    "Cửa sổ đông": (box((10, 2, 1), (10.05, 4, 2.4)), _BLUE),
    "Cửa chính": (box((4.2, -0.06, 0), (5.3, 0, 2.2)), (90, 60, 40)),
    "Step": (box((4, -0.5, -0.3), (5.5, 0, -0.1)), _GREY),
}


def corners(mesh: Mesh) -> np.ndarray:
    """(2, 3) low and high corner of a mesh."""
    points = mesh[0][np.unique(mesh[1])]
    return np.array([points.min(axis=0), points.max(axis=0)])


def house_corners() -> np.ndarray:
    """(2, 3) low and high corner of the house [m]."""
    both = np.stack([corners(mesh) for mesh, _ in HOUSE.values()])
    return np.array([both[:, 0].min(axis=0), both[:, 1].max(axis=0)])


def colors(house: House) -> list[tuple[int, int, int]]:
    """Every colour once."""
    return list(dict.fromkeys(color for _, color in house.values()))


def _trimesh_scene(house: House, turn: np.ndarray, *, materials: bool = True):
    import trimesh

    scene = trimesh.Scene()
    for name, ((points, faces), color) in house.items():
        mesh = trimesh.Trimesh(points @ turn.T, faces, process=False)
        if materials:
            material = trimesh.visual.material.PBRMaterial(
                name=f"paint {colors(house).index(color)}", baseColorFactor=(*color, 255), metallicFactor=0.0
            )
            mesh.visual = trimesh.visual.TextureVisuals(material=material)
        scene.add_geometry(mesh, node_name=name, geom_name=name)
    return scene


def _write_glb(path: Path, house: House) -> None:
    y_up = np.array([(1, 0, 0), (0, 0, 1), (0, -1, 0)], float)
    _trimesh_scene(house, y_up).export(str(path))


def _write_obj(path: Path, house: House) -> None:
    _trimesh_scene(house, np.eye(3)).export(str(path))


def _write_3mf(path: Path, house: House) -> None:
    _trimesh_scene(house, np.eye(3) * 1000, materials=False).export(str(path))


def _write_stl(path: Path, house: House) -> None:
    path.write_text(stl_text({name: mesh for name, (mesh, _) in house.items()}), encoding="utf-8")


def _write_merged(path: Path, house: House) -> None:
    import trimesh

    meshes = []
    for (points, faces), color in house.values():
        mesh = trimesh.Trimesh(points, faces, process=False)
        mesh.visual.face_colors = (*color, 255)
        meshes.append(mesh)
    trimesh.util.concatenate(meshes).export(str(path))


def _write_dae(path: Path, house: House) -> None:
    """In inches with Z up."""
    import collada
    from collada import geometry, material, scene, source

    document = collada.Collada()
    document.assetInfo.upaxis, document.assetInfo.unitmeter, document.assetInfo.unitname = "Z_UP", 0.0254, "inch"
    nodes = []
    for row, (name, ((points, faces), color)) in enumerate(house.items()):
        effect = material.Effect(f"e{row}", [], "lambert", diffuse=(*(c / 255 for c in color), 1.0))
        paint = material.Material(f"m{row}", f"paint {row}", effect)
        document.effects.append(effect)
        document.materials.append(paint)
        floats = source.FloatSource(f"p{row}", (points / 0.0254).reshape(-1), ("X", "Y", "Z"))
        shape = geometry.Geometry(document, f"g{row}", name, [floats])
        inputs = source.InputList()
        inputs.addInput(0, "VERTEX", f"#p{row}")
        shape.primitives.append(shape.createTriangleSet(faces.reshape(-1), inputs, "paint"))
        document.geometries.append(shape)
        bound = [scene.MaterialNode("paint", paint, inputs=[])]
        nodes.append(scene.Node(f"n{row}", children=[scene.GeometryNode(shape, bound)], name=name))
    whole = scene.Scene("s", nodes)
    document.scenes.append(whole)
    document.scene = whole
    with path.open("wb") as file:
        document.write(file)


def _write_ifc(path: Path, house: House) -> None:
    building = IfcBuilding("IFC4")
    for name, (mesh, color) in house.items():
        kind = "IfcWindow" if "Window" in name or "sổ" in name else "IfcBuildingElementProxy"
        building.add(kind, name, mesh, color=color)
    building.file.write(str(path))


def rhino_mesh(mesh: Mesh):
    """A mesh of double precision."""
    import rhino3dm

    result = rhino3dm.Mesh()
    result.Vertices.UseDoublePrecisionVertices = True
    for point in mesh[0]:
        result.Vertices.Add(*map(float, point))
    for face in mesh[1]:
        result.Faces.AddFace(*map(int, face))
    return result


def _write_3dm(path: Path, house: House) -> None:
    """In centimetres."""
    import rhino3dm

    file = rhino3dm.File3dm()
    file.Settings.ModelUnitSystem = rhino3dm.UnitSystem.Centimeters
    for name, ((points, faces), color) in house.items():
        paint = rhino3dm.Material()
        paint.Name, paint.DiffuseColor = f"paint {colors(house).index(color)}", (*color, 255)
        attributes = rhino3dm.ObjectAttributes()
        attributes.Name, attributes.MaterialIndex = name, file.Materials.Add(paint)
        attributes.MaterialSource = rhino3dm.ObjectMaterialSource.MaterialFromObject
        file.Objects.AddMesh(rhino_mesh((points * 100, faces)), attributes)
    assert file.Write(str(path), 7)


def _write_dxf(path: Path, house: House) -> None:
    """In millimetres, one layer each."""
    import ezdxf

    document = ezdxf.new("R2010")
    document.header["$INSUNITS"] = 4
    for name, ((points, faces), color) in house.items():
        document.layers.add(name, true_color=ezdxf.rgb2int(color))
        with document.modelspace().add_mesh(dxfattribs={"layer": name}).edit_data() as mesh:
            mesh.vertices = [tuple(p) for p in points * 1000]
            mesh.faces = faces.tolist()
    document.saveas(path)


def _write_fbx(path: Path, house: House) -> None:
    """Binary, in inches, Y up."""
    path.write_bytes(house_scene(house, "y", unit_cm=2.54).binary())


def _write_usd(path: Path, house: House) -> None:
    """In centimetres, Y up: an Xform for each element, whose name holds spaces, over a mesh."""
    from pxr import Sdf, Tf, Usd, UsdGeom, UsdShade, Vt

    target = path.with_suffix(".usdc") if path.suffix == ".usdz" else path
    stage = Usd.Stage.CreateNew(str(target))
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    root = UsdGeom.Xform.Define(stage, "/House")
    stage.SetDefaultPrim(root.GetPrim())
    paints = {}
    for row, color in enumerate(colors(house)):
        paint = paints[color] = UsdShade.Material.Define(stage, f"/House/Looks/paint_{row}")
        shader = UsdShade.Shader.Define(stage, f"/House/Looks/paint_{row}/surface")
        shader.CreateIdAttr("UsdPreviewSurface")
        light = [float(c) for c in srgb_to_linear(np.array(color) / 255)]
        shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).Set(tuple(light))
        paint.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
    for row, (name, ((points, faces), color)) in enumerate(house.items()):
        own = UsdGeom.Xform.Define(stage, f"/House/{Tf.MakeValidIdentifier(name)}_{row}")
        own.GetPrim().SetDisplayName(name)
        mesh = UsdGeom.Mesh.Define(stage, own.GetPath().AppendChild("mesh"))
        y_up = np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1) * 100
        mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(y_up.astype(np.float32)))
        mesh.CreateFaceVertexCountsAttr([3] * len(faces))
        mesh.CreateFaceVertexIndicesAttr(faces.reshape(-1).tolist())
        UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(paints[color])
    stage.GetRootLayer().Save()
    if path.suffix == ".usdz":
        with Sdf.ZipFileWriter.CreateNew(str(path)) as archive:
            archive.AddFile(str(target), "house.usdc")


def _write_step(path: Path, house: House) -> None:
    path.write_text(step_text({name: entry for name, entry in house.items()}, metres_per_unit=0.001), encoding="utf-8")


WRITERS: Mapping[str, Callable[[Path, House], None]] = {
    ".glb": _write_glb,
    ".obj": _write_obj,
    ".stl": _write_stl,
    ".ply": _write_merged,
    ".off": _write_merged,
    ".dae": _write_dae,
    ".3mf": _write_3mf,
    ".ifc": _write_ifc,
    ".3dm": _write_3dm,
    ".dxf": _write_dxf,
    ".fbx": _write_fbx,
    ".step": _write_step,
    ".usd": _write_usd,
    ".usda": _write_usd,
    ".usdc": _write_usd,
    ".usdz": _write_usd,
}
