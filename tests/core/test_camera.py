"""Cameras: closed forms, the camera file and its refusals."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.errors import FileFormatError, OptionError
from archviz.core.size import Size

CAMERA = Camera(position_m=(3, -20, 1.6), target_m=(0, 0, 4), focal_mm=24, shift=(0.1, -0.2), size=Size(480, 640))


def test_a_point_on_the_axis_falls_on_the_principal_point() -> None:
    (pixel,), (depth,) = CAMERA.project(np.array([CAMERA.target_m]))
    np.testing.assert_allclose(pixel, CAMERA.principal_point_px)
    # Shift right moves the picture's middle right of the axis: the axis moves left in the picture.
    np.testing.assert_allclose(CAMERA.principal_point_px, (320 - 0.1 * 640, 240 - 0.2 * 640))
    assert depth == pytest.approx(math.dist(CAMERA.position_m, CAMERA.target_m))


def test_rays_and_projection_are_inverse() -> None:
    rays = CAMERA.ray_directions()
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1, rtol=1e-6)
    points = np.asarray(CAMERA.position_m) + 30 * rays[::97, ::83].reshape(-1, 3).astype(np.float64)
    rows, columns = (a.reshape(-1) for a in np.mgrid[0:480:97, 0:640:83])
    pixels, depth = CAMERA.project(points)
    np.testing.assert_allclose(pixels, np.stack([columns + 0.5, rows + 0.5], axis=1), atol=1e-3)
    assert (depth > 0).all()


def test_the_field_along_the_longer_side_follows_from_the_lens() -> None:
    for size in (Size(100, 200), Size(200, 100)):
        camera = Camera(position_m=(0, 0, 0), target_m=(0, 1, 0), focal_mm=18, sensor_mm=36, size=size)
        # 36 mm at 18 mm: tan of half the field is 1.
        edge = np.array([(1, 1, 0), (0, 1, 1)], dtype=float)[int(size.height > size.width)]
        (pixel,), _ = camera.project(edge[None])
        assert pixel[int(size.height > size.width)] == pytest.approx(200 if size.width > size.height else 0)


def test_basis_is_right_handed_and_up_is_up() -> None:
    right, up, forward = CAMERA.basis()
    np.testing.assert_allclose(CAMERA.basis() @ CAMERA.basis().T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(np.cross(right, up), -forward, atol=1e-12)
    assert up[2] > 0 and right[2] == pytest.approx(0)


def test_a_point_behind_has_no_pixel() -> None:
    pixels, depth = CAMERA.project(np.array([(6.0, -40.0, -0.8)]))
    assert depth[0] < 0 and np.isnan(pixels).all()


def test_resizing_keeps_the_view() -> None:
    small, large = CAMERA, CAMERA.resized(Size(960, 1280))
    points = np.array([(1.0, 2.0, 3.0), (-4, 0, 1)])
    np.testing.assert_allclose(large.project(points)[0], 2 * small.project(points)[0])


def test_the_camera_file_round_trips(tmp_path: Path) -> None:
    path = tmp_path / "camera.json"
    path.write_text(json.dumps(CAMERA.to_json()))
    assert Camera.load(path) == CAMERA
    assert json.loads(path.read_text())["size"] == [640, 480]


@pytest.mark.parametrize(("width", "height"), [(640, 480), (480, 640)])
def test_the_vertical_field_may_stand_for_the_lens(width: int, height: int) -> None:
    data = {"position_m": [0, 0, 0], "target_m": [0, 1, 0], "fov_vertical_deg": 60, "size": [width, height]}
    camera = Camera.from_json(data)
    (pixel,), _ = camera.project(np.array([(0, 1, math.tan(math.radians(30)))]))
    np.testing.assert_allclose(pixel, (width / 2, 0), atol=1e-9)


BASE = {"position_m": [0, 0, 0], "target_m": [0, 1, 0]}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "a camera is a JSON object"),
        ({"position_m": [0, 0, 0]}, "target_m is missing"),
        ({**BASE, "fov": 3}, "unknown key 'fov'; accepted: "),
        ({**BASE, "position_m": [0, 0]}, "give 3 finite numbers"),
        ({**BASE, "position_m": [0, 0, math.nan]}, "give 3 finite numbers"),
        ({**BASE, "position_m": "here"}, "numbers"),
        ({**BASE, "target_m": [0, 0, 0]}, "same point"),
        ({**BASE, "up": [0, 2, 0]}, "parallel"),
        ({**BASE, "focal_mm": 0}, "give millimetres"),
        ({**BASE, "focal_mm": 35, "fov_vertical_deg": 40}, "not both"),
        ({**BASE, "fov_vertical_deg": 180}, "not between 0 and 180"),
        ({**BASE, "shift": [0, 3]}, "shares of the longer side"),
        ({**BASE, "size": [0, 5]}, "whole pixels"),
        ({**BASE, "size": 5}, "numbers"),
    ],
)
def test_a_wrong_camera_file_names_what_is_wrong(tmp_path: Path, data: object, message: str) -> None:
    path = tmp_path / "camera.json"
    path.write_text(json.dumps(data))
    with pytest.raises(OptionError, match=message) as caught:
        Camera.load(path)
    assert "\n" not in caught.value.message


def test_missing_or_broken_camera_files(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="No such file"):
        Camera.load(tmp_path / "gone.json")
    path = tmp_path / "camera.json"
    path.write_text("{position}")
    with pytest.raises(FileFormatError, match="not JSON"):
        Camera.load(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileFormatError, match="not JSON"):
        Camera.load(path)


def test_rays_through_the_pixels_middles_are_the_pixels_own() -> None:
    camera = Camera(position_m=(3, -9, 2), target_m=(0, 1, 3), focal_mm=30, shift=(0.1, -0.05), size=Size(20, 30))
    y, x = np.indices(camera.size.shape)
    rays = camera.rays_through(np.stack([x.ravel(), y.ravel()], axis=1) + 0.5)
    np.testing.assert_allclose(rays @ camera.basis()[2], 1.0, atol=1e-5)
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    np.testing.assert_allclose(rays.reshape(20, 30, 3), camera.ray_directions(), atol=1e-6)
