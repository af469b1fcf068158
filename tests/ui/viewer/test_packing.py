"""A scene comes to the browser whole, by element, and coarser only above the ceiling."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from archviz.core.elements import Element, ElementTable
from archviz.core.errors import GeometryError
from archviz.core.material import Material
from archviz.core.tone import srgb_to_linear
from archviz.geometry.scene import Scene
from archviz.ui.viewer.packing import MAGIC, pack_palette, pack_scene, simplify

CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float32)
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
FACES = np.array([t for a, b, c, d in QUADS for t in ((a, b, c), (a, c, d))], dtype=np.int32)


def _two_cubes() -> Scene:
    """A red wall and, beside it, a pane; their triangles take turns."""
    materials = (
        Material(name="paint", base_color=tuple(map(float, srgb_to_linear((1.0, 0.5, 0.0))))),  # type: ignore[arg-type]
        Material(name="glass", transmission=0.9),
    )
    table = ElementTable((Element(name="tường", material=0), Element(name="pane", material=1)), materials)
    return Scene(
        vertices_m=np.concatenate([CUBE, CUBE + np.float32(3.0)]),
        faces=np.stack([FACES, FACES + 8], axis=1).reshape(-1, 3),
        face_elements=np.tile([0, 1], len(FACES)).astype(np.int32),
        table=table,
    )


def _unpack(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    assert data[:4] == MAGIC
    (length,) = struct.unpack("<I", data[4:8])
    header, at, arrays = json.loads(data[8 : 8 + length]), 8 + length, {}
    assert at % 4 == 0, "the browser reads the numbers in place"
    shapes = {
        "positions": ("<f4", header["vertices"], 3),
        "owners": ("<u4", header["vertices"], 1),
        "faces": ("<u4", header["triangles"], 3),
        "creases": ("<u4", header["creases"], 2),
    }
    for name, (kind, rows, columns) in shapes.items():
        arrays[name] = np.frombuffer(data, kind, rows * columns, at).reshape(rows, columns)
        at += arrays[name].nbytes
    assert at == len(data)
    return header, arrays


def test_every_triangle_comes_back_with_its_element() -> None:
    scene = _two_cubes()
    packed = pack_scene(scene)
    header, arrays = _unpack(packed.data)
    assert not packed.simplified and packed.triangles == 24 and len(arrays["positions"]) == 16
    found = arrays["positions"][arrays["faces"]]
    for row, element in enumerate(header["elements"]):
        run = slice(element["first"], element["first"] + element["count"])
        assert (found[run] == scene.triangles_m[scene.face_elements == row]).all(), "every corner, bit for bit"
        assert (arrays["owners"][arrays["faces"][run]] == row).all()
    assert [element["name"] for element in header["elements"]] == ["tường", "pane"]
    assert header["bounds"] == {"low": [0, 0, 0], "high": [4, 4, 4]}


def test_a_cube_has_twelve_creases_and_no_diagonal() -> None:
    header, arrays = _unpack(pack_scene(_two_cubes()).data)
    assert header["creases"] == 24
    assert [(e["crease"], e["creases"]) for e in header["elements"]] == [(0, 12), (12, 12)]
    ends = arrays["positions"][arrays["creases"]]
    assert np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) == pytest.approx(1.0)


def test_palette_is_what_the_screen_shows() -> None:
    assert list(pack_palette(_two_cubes()))[:4] == [255, 128, 0, 0]
    assert pack_palette(_two_cubes())[7] == 1, "glass is told apart"


def _wave(side: int) -> Scene:
    """A hilly ground of 2 * side ** 2 triangles, 100 m wide."""
    x, y = np.meshgrid(np.linspace(0, 100, side + 1), np.linspace(0, 100, side + 1))
    vertices = np.stack([x, y, 3 * np.sin(x / 9) * np.cos(y / 7)], axis=-1).reshape(-1, 3).astype(np.float32)
    corner = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).ravel()
    a, b, c, d = corner, corner + 1, corner + side + 2, corner + side + 1
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)
    table = ElementTable((Element(name="ground", material=0),), (Material(name="earth"),))
    return Scene(vertices_m=vertices, faces=faces, face_elements=np.zeros(len(faces), np.int32), table=table)


def test_above_the_ceiling_a_model_is_coarser_and_keeps_its_shape() -> None:
    scene = _wave(120)
    packed = pack_scene(scene, most=8_000)
    header, arrays = _unpack(packed.data)
    assert packed.simplified and header["simplified"]
    assert 2_000 < packed.triangles <= 8_000, "no coarser than it must be"
    x, y, z = arrays["positions"].T
    assert np.abs(z - 3 * np.sin(x / 9) * np.cos(y / 7)).max() < 0.25, "the surface stays"
    assert np.ptp(x) > 97 and np.ptp(y) > 97


def test_elements_do_not_melt_into_one_another() -> None:
    corners = np.repeat(_wave(20).triangles_m, 2, axis=0)
    owners = np.tile([0, 1], len(corners) // 2).astype(np.int32)
    kept, kept_owners = simplify(corners, owners, 400)
    assert len(kept) <= 400 and (np.bincount(kept_owners) > 50).all()


def test_what_cannot_be_made_coarse_enough_is_refused() -> None:
    with pytest.raises(GeometryError, match="rendered all the same"):
        simplify(_wave(20).triangles_m, np.arange(800, dtype=np.int32), 0)
