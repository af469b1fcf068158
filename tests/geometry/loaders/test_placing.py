"""Copies of a mesh share it until the scene is written, and are drawn where each stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders import LOADERS
from archviz.geometry.loaders.assemble import LoadOptions, assemble
from archviz.geometry.loaders.placing import by_owner, measure, scene_vertices
from archviz.geometry.loaders.raw import NO_MATERIAL, RawModel, RawPart, Tally
from tests.geometry.loaders.fbx_files import FbxScene, prop
from tests.geometry.loaders.files import WALLS, GltfWriter, dae_text, y_up
from tests.geometry.loaders.reference import rhino_mesh

COUNT, STEP = 4, 20.0


def _glb(path: Path) -> None:
    writer = GltfWriter()
    writer.node("Tree 0", writer.primitive((y_up(WALLS[0]), WALLS[1])))
    for row in range(1, COUNT):
        writer.node(f"Tree {row}", mesh=0, translation=[STEP * row, 0, 0])
    writer.glb(path)


def _dae(path: Path) -> None:
    text = dae_text(WALLS[0], WALLS[1], unit=1.0, up="Z_UP")
    start, end = text.index('<node id="n"'), text.index("</node>") + len("</node>")
    placed = "".join(
        f"<node name='Tree {row}'><translate>{STEP * row} 0 0</translate><instance_node url='#n'/></node>"
        for row in range(COUNT)
    )
    text = text[:start] + placed + text[end:]
    library = f"<library_nodes>{dae_text(WALLS[0], WALLS[1], unit=1.0, up='Z_UP')[start:end]}</library_nodes>"
    path.write_text(text.replace("<library_visual_scenes>", library + "<library_visual_scenes>"))


def _fbx(path: Path) -> None:
    scene = FbxScene()
    mesh = scene.geometry(WALLS)
    for row in range(COUNT):
        node = scene.model(f"Tree {row}", prop("Lcl Translation", "Lcl Translation", STEP * row, 0.0, 0.0))
        scene.join(mesh, node)
    path.write_bytes(scene.binary())


def _3dm(path: Path) -> None:
    import rhino3dm

    file = rhino3dm.File3dm()
    file.Settings.ModelUnitSystem = rhino3dm.UnitSystem.Meters
    block = file.InstanceDefinitions.Add(
        "Tree", "", "", "", rhino3dm.Point3d(0, 0, 0), (rhino_mesh(WALLS),), (rhino3dm.ObjectAttributes(),)
    )
    identity = file.InstanceDefinitions.FindIndex(block).Id
    for row in range(COUNT):
        move = rhino3dm.Transform.Translation(STEP * row, 0, 0)
        file.Objects.AddInstanceObject(rhino3dm.InstanceReference(identity, move), rhino3dm.ObjectAttributes())
    assert file.Write(str(path), 7)


def _3mf(path: Path) -> None:
    from tests.hostile.cases import xml

    items = "".join(f'<item objectid="1" transform="1 0 0 0 1 0 0 0 1 {STEP * row} 0 0"/>' for row in range(COUNT))
    path.write_bytes(xml.packed(xml.model(build=items)))


def _usda(path: Path) -> None:
    from tests.hostile.cases import usd

    whole = usd.HOUSE
    head, mesh = whole[: whole.index("def Mesh")], whole[whole.index("def Mesh") :]
    rows = ", ".join("0" for _ in range(COUNT))
    places = ", ".join(f"({STEP * row}, 0, 0)" for row in range(COUNT))
    path.write_text(
        f'{head}def PointInstancer "Trees"\n{{\n    int[] protoIndices = [{rows}]\n'
        f"    point3f[] positions = [{places}]\n    rel prototypes = [</Trees/Walls>]\n{mesh}}}\n"
    )


WRITERS = {".glb": _glb, ".dae": _dae, ".fbx": _fbx, ".3dm": _3dm, ".3mf": _3mf, ".usda": _usda}


@pytest.mark.parametrize("extension", WRITERS)
def test_copies_share_their_mesh_and_stand_apart(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"trees{extension}"
    writer: Callable[[Path], None] = WRITERS[extension]
    writer(path)
    raw = LOADERS[extension].read(path)
    assert len(raw.parts) == COUNT
    first = raw.parts[0]
    assert all(part.vertices is first.vertices and np.shares_memory(part.faces, first.faces) for part in raw.parts)
    assert all(part.vertices is by_owner(raw.parts)[0].vertices for part in by_owner(raw.parts))
    scene = assemble(raw, LoadOptions(), usual_up=LOADERS[extension].up).scene
    middles = [scene.triangles_m[scene.face_elements == row].reshape(-1, 3).astype(float) for row in range(COUNT)]
    apart = np.diff([(own.min(axis=0) + own.max(axis=0)) / 2 for own in middles], axis=0)
    np.testing.assert_allclose(np.linalg.norm(apart, axis=1), STEP, rtol=1e-5)


def _sphere(copies: int) -> list[RawPart]:
    rng = np.random.default_rng(1)
    points, faces = rng.normal(size=(3000, 3)), rng.integers(0, 3000, (5000, 3))
    places = [np.hstack([np.diag(rng.choice([-1.0, 1.0], 3)), rng.normal(size=(3, 1)) * 50]) for _ in range(copies)]
    return [
        RawPart(name=f"ball {row}", vertices=points, faces=faces, material=0, owner=row, place=place)
        for row, place in enumerate(places)
    ]


def test_copies_become_what_their_own_meshes_would() -> None:
    parts = _sphere(20)
    own = [RawPart(name=p.name, vertices=p.points, faces=p.faces.copy(), material=0, owner=p.owner) for p in parts]
    base = np.array([1.0, 2.0, 3.0])
    copied, made = (scene_vertices(by_owner(rows), base, textured=False) for rows in (parts, own))
    np.testing.assert_array_equal(copied.vertices, made.vertices)
    np.testing.assert_array_equal(copied.faces, made.faces)
    np.testing.assert_array_equal(copied.owners, np.repeat(np.arange(20), 5000))
    for name in ("low", "high", "area"):
        np.testing.assert_allclose(getattr(measure(parts), name), getattr(measure(own), name), rtol=1e-12)


def test_two_hundred_copies_take_little_more_than_the_scene() -> None:
    import tracemalloc

    raw = RawModel(parts=_sphere(200), materials=[NO_MATERIAL], unit_m=1.0, up="z")
    tracemalloc.start()
    scene = assemble(raw, LoadOptions(), usual_up="z").scene
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    held = scene.vertices_m.nbytes + scene.faces.nbytes + scene.face_elements.nbytes
    assert len(scene.faces) == 1_000_000
    assert peak < 1.5 * held


def test_all_copies_are_counted_before_they_are_too_many() -> None:
    tally = Tally()
    kept = [tally.place(1_500_000, copy=row > 0) for row in range(10)]
    assert kept == [True] * 3 + [False] * 7
    with pytest.raises(FileFormatError, match=r"15000000 triangles, 9 copies of meshes counted, are too many; up to"):
        tally.check()
    few = Tally()
    assert few.place(5_000_000, copy=False)
    few.check()


def test_a_place_that_is_no_number_is_refused() -> None:
    (part,) = _sphere(1)
    assert part.place is not None
    part.place[0, 3] = np.nan
    raw = RawModel(parts=[part], materials=[NO_MATERIAL], unit_m=1.0, up="z")
    with pytest.raises(FileFormatError, match="not a finite number"):
        assemble(raw, LoadOptions(), usual_up="z")
