"""A file that refers to others is read once, and again when any of them changes."""

from __future__ import annotations

import os
from pathlib import Path

from archviz.render import Renderer, RenderRequest
from archviz.render import inputs as inputs_module

OBJ = "mtllib house.mtl\nusemtl wall\nv 0 0 0\nv 4 0 0\nv 4 3 0\nv 0 3 0\nv 0 0 4\nv 4 0 4\nf 1 2 3 4\nf 1 2 6 5\n"


def _color(renderer: Renderer, path: Path) -> tuple[float, float, float]:
    request = RenderRequest(input=path, unit="m", up="y")
    source = renderer.views.source(renderer.resolve(request))
    assert source.model is not None
    return source.model.scene.table.materials[0].base_color


def test_an_obj_is_read_again_when_its_materials_change(tmp_path: Path) -> None:
    (tmp_path / "house.obj").write_text(OBJ)
    (tmp_path / "house.mtl").write_text("newmtl wall\nKd 0.8 0.1 0.1\n")
    renderer = Renderer()
    red = _color(renderer, tmp_path / "house.obj")
    assert _color(renderer, tmp_path / "house.obj") == red and renderer.shelf.made["file"] == 1
    past = (tmp_path / "house.mtl").stat()
    (tmp_path / "house.mtl").write_text("newmtl wall\nKd 0.1 0.1 0.8\n")
    # As large and as old as before, as a copying tool may leave it.
    os.utime(tmp_path / "house.mtl", ns=(past.st_atime_ns, past.st_mtime_ns))
    blue = _color(renderer, tmp_path / "house.obj")
    assert red[0] > red[2] and blue[2] > blue[0] and renderer.shelf.made["file"] == 2


def test_in_a_crowded_folder_it_is_read_each_time(tmp_path: Path) -> None:
    (tmp_path / "house.obj").write_text(OBJ)
    (tmp_path / "house.mtl").write_text("newmtl wall\nKd 0.8 0.1 0.1\n")
    for number in range(inputs_module._MOST_BESIDE):
        (tmp_path / f"{number}.txt").write_text("")
    renderer = Renderer()
    assert _color(renderer, tmp_path / "house.obj") == _color(renderer, tmp_path / "house.obj")
    assert renderer.shelf.made["file"] == 0
