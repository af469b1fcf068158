"""The viewer's camera, hands and sun are those of the renderer: its JavaScript against the package's Python."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.place import SunDirection
from archviz.core.size import Size
from tests.ui.viewer.node import run_module

CAMERAS = [
    Camera(position_m=(-12.0, -18.0, 1.6), target_m=(0.0, 0.0, 1.6), size=Size(512, 768)),
    Camera(
        position_m=(9.0, -14.0, 1.6), target_m=(0.5, 1.0, 1.6), shift=(0.04, 0.21), focal_mm=24, size=Size(768, 512)
    ),
    Camera(
        position_m=(30.0, 25.0, 40.0), target_m=(0.0, 2.0, 3.0), shift=(-0.3, 0.1), focal_mm=85, size=Size(576, 1024)
    ),
    Camera(
        position_m=(3.0, -9.0, 5.0), target_m=(0.0, 0.0, 4.0), up=(0.2, 0.1, 1.0), focal_mm=50, sensor_mm=23.6,
        shift=(0.5, -0.4), size=Size(640, 640),
    ),
]  # fmt: skip


def _points() -> np.ndarray:
    return np.random.default_rng(3).uniform((-5, -5, 0), (5, 5, 15), size=(200, 3))


@pytest.mark.parametrize("camera", CAMERAS)
def test_points_fall_on_the_same_pixel(tmp_path: Path, camera: Camera) -> None:
    given = {"camera": camera.to_json(), "points": _points().tolist()}
    pixels = np.array(run_module(tmp_path, "return camera.project(given.camera, given.points);", given))
    expected, depth = camera.project(_points())
    assert (depth > 0).all()
    assert np.abs(pixels - expected).max() < 1e-6


def test_one_pixel_fills_the_lens(tmp_path: Path) -> None:
    """What falls on a pixel's middle comes to the middle of its lens, its corners to the lens' corners."""
    camera = CAMERAS[1]
    ray = camera.ray_directions()[300, 100].astype(float)
    point = (np.array(camera.position_m) + 7 * ray).tolist()
    script = """
      const row = (m, p, r) => m[r] * p[0] + m[4 + r] * p[1] + m[8 + r] * p[2] + m[12 + r] * p[3];
      const times = (m, p) => [0, 1, 2, 3].map((r) => row(m, p, r));
      const lens = camera.projectionMatrix(given.camera, 0.1, 100);
      const eye = times(camera.viewMatrix(given.camera), [...given.point, 1]);
      return [[100, 300], [101, 300]].map((pixel) => {
        const clip = times(camera.pixelLens(lens, given.camera.size, pixel), eye);
        return [clip[0] / clip[3], clip[1] / clip[3]];
      });
    """
    own, next_ = run_module(tmp_path, script, {"camera": camera.to_json(), "point": point})
    assert own == pytest.approx([0, 0], abs=1e-3)
    assert next_ == pytest.approx([-2, 0], abs=1e-3), "a pixel is two units of the lens wide"


def _moved(folder: Path, camera: Camera, script: str, *, straight: bool = False) -> Camera:
    given = {"camera": camera.to_json(), "straight": straight}
    body = f"const r = rig.rigOf(given.camera, given.straight); return rig.cameraOf({script});"
    return Camera.from_json(run_module(folder, body, given))


def _same(a: Camera, b: Camera) -> bool:
    pixels = [c.project(_points())[0] for c in (a, b)]
    return bool(np.abs(pixels[0] - pixels[1]).max() < 1e-6)


@pytest.mark.parametrize("camera", CAMERAS[:3])
def test_a_rig_holds_the_camera(tmp_path: Path, camera: Camera) -> None:
    assert _same(_moved(tmp_path, camera, "r"), camera)


def test_orbit_turns_around_the_target(tmp_path: Path) -> None:
    camera = CAMERAS[0]
    turned = _moved(tmp_path, camera, "rig.orbit(r, Math.PI / 2, 0)")
    # A hand to the right turns the building's left side away: the camera goes from south-west to north-west.
    assert turned.position_m == pytest.approx((-18.0, 12.0, 1.6)) and turned.target_m == pytest.approx(camera.target_m)
    higher = _moved(tmp_path, camera, "rig.orbit(r, 0, 0.3)")
    assert higher.position_m[2] == pytest.approx(1.6 + math.hypot(12, 18) * math.sin(0.3))


def test_walking_keeps_the_eye_over_the_ground(tmp_path: Path) -> None:
    stood = _moved(tmp_path, CAMERAS[2], "rig.step(rig.stand(r, 1.6, 1), 2, 1)", straight=True)
    assert stood.position_m[2] == stood.target_m[2] == pytest.approx(1.6)
    start, forward = np.array([30.0, 25.0]), np.array([-30.0, -23.0]) / math.hypot(30, 23)
    right = np.array([forward[1], -forward[0]])
    assert stood.position_m[:2] == pytest.approx(start + 2 * forward + right)


def test_looking_keeps_the_eye(tmp_path: Path) -> None:
    looked = _moved(tmp_path, CAMERAS[0], "rig.look(r, 0.2, 0.1)")
    assert looked.position_m == pytest.approx(CAMERAS[0].position_m)
    assert looked.basis()[2][2] == pytest.approx(math.sin(0.1)), "a picture pulled down shows what is above"


@pytest.mark.parametrize("pitch", [-0.4, 0.3])
def test_straight_keeps_verticals_and_the_target(tmp_path: Path, pitch: float) -> None:
    camera = _moved(tmp_path, CAMERAS[1], f"rig.orbit(r, 0.4, {pitch})", straight=True)
    ends, depth = camera.project(np.array([[2.0, 1.0, 0.0], [2.0, 1.0, 9.0]]))
    assert (depth > 0).all() and ends[0, 0] == pytest.approx(ends[1, 0], abs=1e-6)
    tilted = _moved(tmp_path, CAMERAS[1], f"rig.orbit(r, 0.4, {pitch})")
    aim = np.array([CAMERAS[1].target_m])
    assert camera.project(aim)[0] == pytest.approx(tilted.project(aim)[0], abs=1e-6)
    assert camera.position_m == pytest.approx(tilted.position_m)


def test_a_slide_follows_the_hand(tmp_path: Path) -> None:
    """A point at the target's depth moves as far as the hand: 30 pixels right, 20 down."""
    camera = CAMERAS[0]
    share = "r.sensor / r.focal / Math.max(...r.size)"
    slid = _moved(tmp_path, camera, f"rig.pan(r, 30 * {share}, 20 * {share})")
    aim = np.array([camera.target_m])
    assert slid.project(aim)[0] - camera.project(aim)[0] == pytest.approx(np.array([[30.0, 20.0]]), abs=1e-6)


def test_the_sun_stands_where_the_renderer_has_it(tmp_path: Path) -> None:
    suns = [SunDirection(altitude_deg=a, azimuth_deg=z) for a, z in ((30, 110), (5, 280), (-3, 359), (90, 0))]
    given = [[s.altitude_deg, s.azimuth_deg] for s in suns]
    vectors: Any = run_module(tmp_path, "return given.map(([a, z]) => sun.sunVector(a, z));", given)
    assert np.abs(np.array(vectors) - [s.vector for s in suns]).max() < 1e-12
    track = {"minutes": [360, 370], "altitudes": [0, 2], "azimuths": [359, 3]}
    assert run_module(tmp_path, "return sun.trackAt(given, 365);", track) == pytest.approx([1, 1]), "over north"
    assert run_module(tmp_path, "return sun.clock(given);", 365) == "06:05"
