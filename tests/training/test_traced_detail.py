"""What the path-traced scene holds beyond the plain one: leaves, panes, wear, and where each may be."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.geometry.surroundings.houses import tube_house
from archviz.geometry.surroundings.plants import grow
from archviz.training import path_trace
from archviz.training.path_trace import trace_scenes, view_path
from archviz.training.traced import LIGHT_GROUPS, TracedView, load_traced
from tests.training.traced_scene import write_house, write_wall

_USER_CACHE = Path(os.environ.get("ARCHVIZ_CACHE", "~/.cache/archviz")).expanduser()
needs_bpy = pytest.mark.skipif(
    not (_USER_CACHE / "bpy-venv" / "bin" / "python").exists(),
    reason=f"no bpy environment in {_USER_CACHE}; python -m archviz.training makes it",
)
SIDE = 160


def _child_module(name: str) -> ModuleType:
    """A module of the path tracer's child that needs no Blender."""
    path = Path(path_trace.__file__).parent / "cycles" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _as_written(triangles: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A proxy's triangles as a scene file holds them: without those of no area."""
    a, b, c = triangles.transpose(1, 0, 2)
    kept = triangles[np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-9]
    return kept.reshape(-1, 3), np.arange(3 * len(kept)).reshape(-1, 3)


def test_a_neighbours_glass_is_read_as_panes_that_stand_upright_and_face_out() -> None:
    shapes = _child_module("plain_shapes")
    parts = {name: t for name, _, t in tube_house(4.5, 12.0, 13.0, np.random.default_rng(1))}
    panes = shapes.upright_quads(_as_written(parts["glass"]))
    assert len(panes) == len(parts["glass"]) / 2
    right, up = panes[:, 1] - panes[:, 0], panes[:, 3] - panes[:, 0]
    outward = np.cross(right, up)
    front = panes[:, 0, 1] < 6.0
    assert (outward[front, 1] < 0).all() and (outward[~front, 1] > 0).all() and front.any() and (~front).any()
    assert np.allclose(up[:, :2], 0) and (up[:, 2] > 1.0).all()
    assert shapes.upright_quads(_as_written(parts["shutter"])) is None


def test_a_wide_band_of_glass_is_cut_into_rooms_without_gap_or_overlap() -> None:
    shapes = _child_module("plain_shapes")
    band = np.array([(1, 2, 0), (1, 11, 0), (1, 11, 7.2), (1, 2, 7.2)], dtype=np.float64)
    cells = shapes.room_cells(band)
    assert len(cells) == 6
    spans = np.concatenate([cells.min(1), cells.max(1)], axis=1)
    assert np.allclose(sorted({tuple(np.round(s[[1, 4]], 6)) for s in spans}), [(2, 5), (5, 8), (8, 11)])
    assert np.allclose(sorted({tuple(np.round(s[[2, 5]], 6)) for s in spans}), [(0, 3.6), (3.6, 7.2)])
    small = np.array([(0, 0, 0), (1.2, 0, 0), (1.2, 0, 2.3), (0, 0, 2.3)], dtype=np.float64)
    assert np.allclose(shapes.room_cells(small), small[None])


@pytest.mark.parametrize("coarse", [False, True])
def test_fronds_are_read_from_a_plain_palm_and_leaflets_stand_on_their_ribs(coarse: bool) -> None:
    shapes, fronds = _child_module("plain_shapes"), _child_module("fronds")
    palm = grow("palm", 9.0, rng=np.random.default_rng(2), coarse=coarse)
    mesh = _as_written(next(t for name, _, t in palm.parts if name == "crown"))
    ribs = shapes.midribs(mesh)
    assert np.ptp(ribs[:, 0, :3], axis=0).max() < 1e-6  # every rib leaves the same head
    assert np.linalg.norm(ribs[:, -1, :2] - ribs[:, 0, :2], axis=-1).min() > 1.0
    feet, along, _, lengths, widths = fronds.feathered(ribs, spacing_m=0.1, rng=np.random.default_rng(0))
    assert len(feet) == len(along) == len(lengths) == len(widths) > 100
    start, end = ribs[:, :-1, :3].reshape(-1, 3), ribs[:, 1:, :3].reshape(-1, 3)
    run = end - start
    t = np.einsum("nsd,sd->ns", feet[:, None] - start, run) / (run**2).sum(1)
    gap = feet[:, None] - (start + np.clip(t, 0, 1)[..., None] * run)
    assert np.linalg.norm(gap, axis=-1).min(axis=1).max() < 1e-6
    # As many to the left as to the right.
    half = len(along) // 2
    turned = along[:half] @ np.diag([1.0, 1.0, 0.0])
    assert np.mean(np.sum(turned * along[half:], axis=1) < np.sum(turned * along[:half], axis=1)) > 0.95


def test_a_crown_of_lumps_is_no_palm() -> None:
    shapes = _child_module("plain_shapes")
    tree = grow("broadleaf", 8.0, rng=np.random.default_rng(2))
    assert shapes.midribs(_as_written(next(t for name, _, t in tree.parts if name == "crown"))) is None


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    (folder / "bpy-venv").symlink_to(_USER_CACHE / "bpy-venv")
    return folder


@pytest.fixture(scope="module")
def wall(cache: Path) -> TracedView:
    write_wall(cache / "scenes" / "000003", size=(SIDE, SIDE))
    report = trace_scenes(cache, seeds=[3], samples=8)
    assert (report.views, report.failed) == (1, ())
    return load_traced(view_path(cache, 3, 0))


def _seen(view: TracedView, group: str, x: tuple[float, float], z: tuple[float, float]) -> NDArray[np.float32]:
    """The part of a group that shows metres x and z of the plane y = 0 of :func:`write_wall`."""
    columns = [round(SIDE / 2 + SIDE * v / 20) for v in x]
    rows = [round(SIDE / 2 - SIDE * (v - 3) / 20) for v in z]
    picture = view.alpha if group == "alpha" else view.groups[LIGHT_GROUPS.index(group)].mean(-1, dtype=np.float32)
    return picture.astype(np.float32)[rows[1] : rows[0], columns[0] : columns[1]]


@needs_bpy
def test_rain_streaks_a_wall_from_its_top_and_splashes_its_foot(wall: TracedView) -> None:
    bands = [_seen(wall, "sun0", (-9.8, -6.2), z) for z in ((5.4, 5.8), (2.0, 3.6), (0.2, 0.5))]
    top, middle, foot = (float(band.mean()) for band in bands)
    assert top < 0.93 * middle and foot < 0.95 * middle
    # Streaks run down: columns differ, rows of one column hardly.
    assert bands[0].mean(0).std() > 1.5 * bands[0].mean(1).std()


@needs_bpy
def test_a_wall_that_another_runs_into_is_lit_evenly(wall: TracedView) -> None:
    columns = _seen(wall, "sun0", (-4.8, -1.2), (1.0, 5.0)).mean(0)
    assert np.abs(columns / columns.mean() - 1).max() < 0.06


@needs_bpy
def test_coverage_through_glass_before_the_sky_is_as_smooth_as_its_light(wall: TracedView) -> None:
    through = _seen(wall, "alpha", (1.3, 4.7), (0.5, 5.5))
    assert 0.02 < through.mean() < 0.3
    assert through.std() < 0.015
    assert wall.alpha[2, 2] == 0.0 and _seen(wall, "alpha", (-9.8, -6.2), (0.5, 5.5)).min() > 0.99


@needs_bpy
def test_a_neighbours_window_holds_rooms_some_of_them_lit(wall: TracedView) -> None:
    light = _seen(wall, "windows", (6.2, 9.8), (0.2, 5.8))
    assert light.max() > 0.3 and np.quantile(light, 0.2) < 0.02
    day = _seen(wall, "zenith", (6.2, 9.8), (0.2, 5.8))
    assert day.std() > 0.15 * day.mean()


@needs_bpy
def test_leaves_fill_the_plain_crown_and_hardly_leave_it(cache: Path) -> None:
    write_house(cache / "scenes" / "000007", size=(SIDE, SIDE))
    trace_scenes(cache, seeds=[7], samples=4)
    view = load_traced(view_path(cache, 7, 0))
    record = json.loads((cache / "scenes" / "000007" / "scene.json").read_text(encoding="utf-8"))
    camera = Camera.from_json(record["cameras"][0]["camera"])
    # The tree on the left stands before the sky from 3 m up; its plain crown is a ball of 2.2 m.
    center = np.array([-9.0, 2.0, 4.5])
    pixel, depth = camera.project(np.array([center, center + [0, 0, 2.2]]))
    radius = float(np.linalg.norm(pixel[1] - pixel[0]))
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    away = np.hypot(x - pixel[0, 0], y - pixel[0, 1]) / radius
    above = (y < pixel[0, 1]) & (view.depth_m > depth[0] - 4.0)
    assert view.alpha[above & (away < 0.6)].mean() > 0.8
    assert view.alpha[above & (away > 1.3) & (away < 1.7) & (x < pixel[0, 0])].mean() < 0.03
