"""The path tracer against closed forms; skipped where there is no environment with bpy."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.illumination import SKY_EXPONENT
from archviz.training import path_trace
from archviz.training.blender import find_bpy_python
from archviz.training.path_trace import TraceReport, trace_scenes, view_path
from archviz.training.traced import LIGHT_GROUPS, TRACED_VERSION, TracedView, load_traced
from tests.training.traced_scene import write_house, write_plane

_USER_CACHE = Path(os.environ.get("ARCHVIZ_CACHE", "~/.cache/archviz")).expanduser()
_CHILD = Path(path_trace.__file__).parent / "cycles"
needs_bpy = pytest.mark.skipif(
    not (_USER_CACHE / "bpy-venv" / "bin" / "python").exists(),
    reason=f"no bpy environment in {_USER_CACHE}; python -m archviz.training makes it",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    (folder / "bpy-venv").symlink_to(_USER_CACHE / "bpy-venv")
    return folder


@pytest.fixture(scope="module")
def plane(cache: Path) -> TracedView:
    """A white lawn-less plane that fills the view, under known lights."""
    write_plane(cache / "scenes" / "000001", size=(48, 48))
    report = trace_scenes(cache, seeds=[1], samples=64)
    assert (report.views, report.failed) == (1, ())
    return load_traced(view_path(cache, 1, 0))


@pytest.fixture(scope="module")
def house(cache: Path) -> TracedView:
    write_house(cache / "scenes" / "000007", size=(128, 128))
    report = trace_scenes(cache, seeds=[7], samples=4)
    assert (report.views, report.present, report.failed) == (1, 0, ())
    return load_traced(view_path(cache, 7, 0))


def _group(view: TracedView, name: str) -> np.ndarray:
    return view.groups[LIGHT_GROUPS.index(name)].astype(np.float32)


@needs_bpy
def test_groups_have_unit_strength(plane: TracedView) -> None:
    # A diffuse plane of reflectance 0.5 under irradiance E has radiance 0.5 E / pi.
    for row, sun in enumerate(plane.suns):
        expected = 0.5 / np.pi * np.sin(np.radians(sun.altitude_deg))
        assert _group(plane, f"sun{row}").mean() == pytest.approx(expected, rel=0.02)
    # The lobe cos(t)^a sheds 2 pi / (a + 2) on a level plane; both lobes together shed pi.
    zenith, horizon = _group(plane, "zenith").mean(), _group(plane, "horizon").mean()
    assert zenith == pytest.approx(0.5 * 2 / (SKY_EXPONENT + 2), rel=0.02)
    assert zenith + horizon == pytest.approx(0.5, rel=0.02)


@needs_bpy
def test_lamp_sheds_its_intensity_over_the_square_of_its_distance(plane: TracedView) -> None:
    # 4 m above the plane, straight below it: irradiance 1 / 16.
    assert _group(plane, "lamps")[24, 24].mean() == pytest.approx(0.5 / np.pi / 16, rel=0.05)


@needs_bpy
def test_depth_is_metric_along_the_axis(plane: TracedView) -> None:
    # The camera looks straight down from 10 m.
    assert np.allclose(plane.depth_m, 10.0, atol=2e-3)
    assert np.allclose(plane.alpha, 1.0, atol=1e-3)


@needs_bpy
def test_house_stands_where_its_camera_sees_it(house: TracedView, cache: Path) -> None:
    from archviz.core.camera import Camera

    record = json.loads((cache / "scenes" / "000007" / "scene.json").read_text(encoding="utf-8"))
    camera = Camera.from_json(record["cameras"][0]["camera"])
    corner = np.array([[-5.0, -4.0, 3.0]])
    pixels, depth = camera.project(corner)
    x, y = (int(v) for v in pixels[0])
    assert abs(house.depth_m[y, x + 2] - depth[0]) < 0.5
    assert house.alpha[4, 64] == 0.0 and house.alpha[100, 64] == 1.0
    assert np.isinf(house.depth_m[4, 64])


@needs_bpy
def test_lit_panes_shine_and_dark_ones_do_not(house: TracedView, cache: Path) -> None:
    from archviz.core.camera import Camera

    record = json.loads((cache / "scenes" / "000007" / "scene.json").read_text(encoding="utf-8"))
    camera = Camera.from_json(record["cameras"][0]["camera"])
    light = _group(house, "windows").mean(axis=-1)
    seen: dict[bool, list[float]] = {True: [], False: []}
    for pane in record["panes"]:
        x, y = camera.project(np.mean(pane["corners_m"], axis=0, keepdims=True))[0][0]
        seen[pane["lit"]].append(float(light[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].mean()))
    assert min(seen[True]) > 0.2 and 0.4 < np.mean(seen[True]) < 2.0
    assert max(seen[False]) < 0.1 * np.mean(seen[True])


@needs_bpy
def test_traced_views_are_not_traced_again(house: TracedView, cache: Path) -> None:
    before = view_path(cache, 7, 0).stat().st_mtime_ns
    report = trace_scenes(cache, seeds=[7])
    assert (report.views, report.present) == (0, 1)
    assert view_path(cache, 7, 0).stat().st_mtime_ns == before


@needs_bpy
def test_only_the_first_views_are_traced_where_that_is_wanted(cache: Path) -> None:
    write_plane(cache / "scenes" / "000005", size=(16, 16))
    record = cache / "scenes" / "000005" / "scene.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps({**told, "cameras": told["cameras"] * 3}))
    assert trace_scenes(cache, seeds=[5], samples=1, views=2).views == 2
    assert view_path(cache, 5, 1).exists() and not view_path(cache, 5, 2).exists()
    assert trace_scenes(cache, seeds=[5], samples=1).views == 1


def test_no_views_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="views 0"):
        trace_scenes(tmp_path, seeds=[1], views=0)


@needs_bpy
def test_a_broken_scene_is_given_up_and_the_next_is_traced(cache: Path) -> None:
    write_plane(cache / "scenes" / "000002", size=(16, 16))
    (cache / "scenes" / "000002" / "plain.glb").write_bytes(b"not a model")
    write_plane(cache / "scenes" / "000003", size=(16, 16))
    report = trace_scenes(cache, seeds=[2, 3], samples=1)
    assert [seed for seed, _ in report.failed] == [2] and report.views == 1
    assert json.loads((cache / "traced" / "000002" / "failed.json").read_text())["error"]
    assert trace_scenes(cache, seeds=[2]).failed[0][0] == 2


@needs_bpy
def test_longest_side_limits_the_picture(cache: Path) -> None:
    write_plane(cache / "scenes" / "000004", size=(64, 48))
    trace_scenes(cache, seeds=[4], samples=1, longest_px=32)
    assert load_traced(view_path(cache, 4, 0)).size.shape == (24, 32)


def test_missing_scene_and_missing_environment_are_said(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no environment with bpy"):
        find_bpy_python(tmp_path, create=False)
    (tmp_path / "bpy-venv" / "bin").mkdir(parents=True)
    (tmp_path / "bpy-venv" / "bin" / "python").touch()
    with pytest.raises(OptionError, match="is missing"):
        trace_scenes(tmp_path, seeds=[5])
    with pytest.raises(OptionError, match="give 1, 1 and 16"):
        trace_scenes(tmp_path, seeds=[5], samples=0)


def test_the_child_is_gpl_and_alone_imports_bpy() -> None:
    for path in _CHILD.glob("*.py"):
        assert "SPDX-License-Identifier: GPL-3.0-or-later" in path.read_text(encoding="utf-8").splitlines()[1]
    for path in _CHILD.parents[1].rglob("*.py"):
        if path.parent != _CHILD:
            assert not re.search(r"^\s*(import|from) bpy", path.read_text(encoding="utf-8"), re.MULTILINE), path


def test_both_sides_agree_on_the_sky_and_the_groups() -> None:
    text = (_CHILD / "light.py").read_text(encoding="utf-8")
    assert f"SKY_EXPONENT = {SKY_EXPONENT}\n" in text
    assert f"GROUPS = {LIGHT_GROUPS}".replace("'", '"') in text


def test_traced_view_round_trips(tmp_path: Path) -> None:
    from archviz.core.place import SunDirection

    generator = np.random.default_rng(0)
    view = TracedView(
        groups=generator.random((6, 4, 5, 3)).astype(np.float16),
        alpha=np.ones((4, 5), np.float16),
        depth_m=np.full((4, 5), np.inf, np.float32),
        suns=(SunDirection(altitude_deg=30, azimuth_deg=200), SunDirection(altitude_deg=60, azimuth_deg=100)),
    )
    view.save(tmp_path / "0.npz")
    again = load_traced(tmp_path / "0.npz")
    assert np.array_equal(again.groups, view.groups) and np.array_equal(again.depth_m, view.depth_m)
    assert again.suns == view.suns and again.version == TRACED_VERSION == 2
    assert [p.name for p in tmp_path.iterdir()] == ["0.npz"]
    _as_version(tmp_path / "0.npz", tmp_path / "old.npz", None)
    old = load_traced(tmp_path / "old.npz")
    assert old.version == 1 and np.array_equal(old.groups, view.groups)
    _as_version(tmp_path / "0.npz", tmp_path / "new.npz", 3)
    with pytest.raises(FileFormatError, match=r"new\.npz: traced view of version 3; 1 to 2 are read"):
        load_traced(tmp_path / "new.npz")
    (tmp_path / "1.npz").write_bytes(b"broken")
    with pytest.raises(FileFormatError, match=r"1\.npz: not a traced view"):
        load_traced(tmp_path / "1.npz")


def _as_version(path: Path, target: Path, version: int | None) -> None:
    """The same view as a file of another version; ``None`` is the first, which says none."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files if name != "version"}
    with target.open("wb") as file:
        np.savez(file, **arrays, **({} if version is None else {"version": np.array([version])}))


def test_a_report_says_the_pace() -> None:
    report = TraceReport(views=20, present=3, failed=((7, "no camera"),), build_s=10.0, render_s=880.0, denoise_s=10.0)
    assert str(report) == (
        "20 views traced, 80 views an hour (building 10 s, rendering 880 s, denoising 10 s); "
        "3 were there, 1 scenes failed"
    )
    nothing = TraceReport(views=0, present=2, failed=(), build_s=0.0, render_s=0.0, denoise_s=0.0)
    assert str(nothing).startswith("0 views traced (building 0 s")
