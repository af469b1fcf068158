"""USD: what it states, what it hides, copies, and layers that lead out of the folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archviz.core.errors import InputError
from archviz.geometry import load_isolated

BOX = 'def Cube "{name}" {{ double size = {size}\n double3 xformOp:translate = {at}\n uniform token[] xformOpOrder = ["xformOp:translate"]\n {more}\n }}\n'  # noqa: E501


def box(name: str, at: tuple[float, float, float] = (0, 0, 0), *, size: float = 4, more: str = "") -> str:
    return BOX.format(name=name, size=size, at=at, more=more)


def usda(folder: Path, text: str, *, head: str = 'upAxis = "Z"\n metersPerUnit = 1', name: str = "a.usda") -> Path:
    path = folder / name
    path.write_text(f"#usda 1.0\n(\n {head}\n)\n{text}", encoding="utf-8")
    return path


def names(model: object) -> list[str]:
    return [e.name for e in model.scene.table.elements]  # type: ignore[attr-defined]


def test_unit_and_axis_are_the_stages(tmp_path: Path) -> None:
    text = box("Wall") + box("Tower", (0, 400, 0), size=400)
    model = load_isolated(usda(tmp_path, text, head='upAxis = "Y"\n metersPerUnit = 0.01'))
    assert (model.unit, model.up_axis, model.assumptions) == ("cm", "y", ())
    np.testing.assert_allclose(model.extents_m, (4, 4, 6.02), rtol=1e-5)


def test_guides_and_invisible_prims_are_hidden_until_asked_for(tmp_path: Path) -> None:
    text = box("Wall") + box("Axis", size=90, more='uniform token purpose = "guide"')
    text += box("Old", size=80, more='token visibility = "invisible"')
    path = usda(tmp_path, text)
    model = load_isolated(path)
    assert (names(model), model.extents_m) == (["Wall"], (4, 4, 4))
    assert model.hidden == ("Axis: a guide", "Old: invisible in the file")
    shown = load_isolated(path, show=["old"])
    assert (names(shown), shown.extents_m, shown.warnings) == (["Wall", "Old"], (80, 80, 80), ())


def test_copies_and_a_mirrored_one(tmp_path: Path) -> None:
    text = (
        """def PointInstancer "Bollards" {
 int[] protoIndices = [0, 0, 0]
 point3f[] positions = [(0, 0, 0), (10, 0, 0), (20, 0, 0)]
 int64[] invisibleIds = [2]
 rel prototypes = </Bollards/Post>
"""
        + box("Post", size=2)
        + "}\n"
    )
    text += 'def Xform "Mirror" { double3 xformOp:scale = (-1, 1, 1)\n'
    text += ' uniform token[] xformOpOrder = ["xformOp:scale"]\n' + box("Wall", (5, 0, 0), size=2) + "}\n"
    scene = load_isolated(usda(tmp_path, text)).scene
    assert len(scene.faces) == 36
    triangles = scene.triangles_m.astype(float)
    volume = np.einsum("ij,ij->i", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])).sum() / 6
    assert volume == pytest.approx(3 * 8)
    assert scene.bounds().extents_m == pytest.approx((17, 2, 2))


def test_a_layer_beside_is_read_and_one_outside_is_not(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    usda(tmp_path, box("Secret", size=50), name="secret.usda")
    usda(tmp_path / "in", 'def "Part" {\n' + box("Roof") + "}\n", name="part.usda")
    text = f"""def "Near" (references = @./part.usda@</Part>) {{}}
def "Far" (references = @../secret.usda@</Secret>) {{}}
def "Abs" (payload = @{tmp_path / "secret.usda"}@</Secret>) {{}}
def "Web" (references = @https://example.org/a.usda@</A>) {{}}
"""
    model = load_isolated(usda(tmp_path / "in", text))
    assert (names(model), model.extents_m) == (["Roof"], (4, 4, 4))
    assert sum("outside the model's folder and is left out" in w for w in model.warnings) == 2
    assert any("is no plain file name" in w for w in model.warnings)


def test_a_texture_is_kept_with_its_coordinates(tmp_path: Path) -> None:
    Image.fromarray(np.array([[[255, 0, 0], [0, 0, 255]]] * 2, np.uint8)).save(tmp_path / "two.png")
    text = """def Material "Paint" { token outputs:surface.connect = </Paint/S.outputs:surface>
 def Shader "S" { uniform token info:id = "UsdPreviewSurface"
  color3f inputs:diffuseColor.connect = </Paint/T.outputs:rgb>
  token outputs:surface
 }
 def Shader "T" { uniform token info:id = "UsdUVTexture"
  asset inputs:file = @two.png@
  float3 outputs:rgb
 }
}
def Mesh "Wall" (apiSchemas = ["MaterialBindingAPI"]) { int[] faceVertexCounts = [4]
 int[] faceVertexIndices = [0, 1, 2, 3]
 point3f[] points = [(0, 0, 0), (4, 0, 0), (4, 0, 3), (0, 0, 3)]
 texCoord2f[] primvars:st = [(0, 0), (1, 0), (1, 1), (0, 1)] ( interpolation = "vertex" )
 rel material:binding = </Paint>
}
"""
    scene = load_isolated(usda(tmp_path, text)).scene
    (material,) = scene.table.materials
    assert list(scene.textures) == [material.texture] and material.base_color[1] == 0
    assert scene.uv is not None and sorted(map(tuple, scene.uv.tolist())) == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize("text", ["def Mesh {", '#usda 1.0\ndef Mesh "a" { int[] faceVertexCounts = [9] }'])
def test_damage_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"export|repair"):
        load_isolated(usda(tmp_path, text))
