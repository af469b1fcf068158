"""Ambient occlusion against closed forms, and the filter that hides its pattern."""

from __future__ import annotations

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import OptionError
from archviz.core.material import Material
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.guided import smooth_tiles, upsample
from archviz.light_transport.occlusion import ambient_occlusion, occlusion_radius_m
from archviz.light_transport.surface import surface_of
from tests.light_transport.scenes import Piece, box, build, floor, gbuffer_of

PLAIN = Material(name="plain")
GROUND: Piece = ("ground", Part.GROUND, PLAIN, floor(500))
WALL: Piece = ("wall", Part.BUILDING, PLAIN, [np.array([(-50, 0, 0), (50, 0, 0), (50, 0, 60), (-50, 0, 60)])])
CAMERA = Camera(position_m=(0, -9, 4), target_m=(0, 0, 0.5), focal_mm=24, size=Size(120, 160))


def test_the_open_plane_is_fully_open_and_the_sky_zero() -> None:
    caster = RayCaster(build([GROUND]))
    gbuffer = gbuffer_of(caster, Camera(position_m=(0, -9, 2), target_m=(0, 0, 2), size=Size(41, 61)))
    occlusion = ambient_occlusion(caster, gbuffer, radius_m=5.0).array
    assert (occlusion[gbuffer.hit] == 1).all()
    assert (occlusion[~gbuffer.hit] == 0).all()


def test_a_right_angle_is_half_open_at_its_seam_and_opens_away_from_it() -> None:
    caster = RayCaster(build([GROUND, WALL]))
    gbuffer = gbuffer_of(caster, Camera(position_m=(0, -9, 9), target_m=(0, 0, 0), focal_mm=40, size=Size(400, 300)))
    occlusion = ambient_occlusion(caster, gbuffer, radius_m=4.0).array
    points = gbuffer.positions_m()
    on_floor = gbuffer.elements.array == 0
    away = -points[..., 1]
    shares = [
        occlusion[on_floor & (np.abs(away - d) < 0.1)].mean() if d else occlusion[on_floor & (away < 0.05)].mean()
        for d in (0.0, 0.5, 1.0, 2.0, 3.0)
    ]
    assert shares[0] == pytest.approx(0.5, abs=0.06)
    assert (np.diff(shares) > 0).all()
    assert (occlusion[on_floor & (away > 4.2)] == 1).all()
    on_wall = gbuffer.elements.array == 1
    assert occlusion[on_wall & (points[..., 2] < 0.05)].mean() == pytest.approx(0.5, abs=0.06)


def test_without_a_limit_the_wall_takes_the_cosine_s_share() -> None:
    # A point d before an endless wall of height h sees (1 + cos(atan(h / d))) / 2 of the sky.
    caster = RayCaster(build([GROUND, ("wall", Part.BUILDING, PLAIN, [WALL[3][0] * (100, 1, 0.05)])]))
    gbuffer = gbuffer_of(caster, CAMERA)
    occlusion = ambient_occlusion(caster, gbuffer, rays=256, radius_m=1000.0).array
    near = (gbuffer.elements.array == 0) & (np.abs(-gbuffer.positions_m()[..., 1] - 3.0) < 0.1)
    assert occlusion[near].mean() == pytest.approx((1 + np.cos(np.arctan(3.0 / 3.0))) / 2, abs=0.015)


def test_no_dither_is_left_along_lines_of_equal_distance() -> None:
    caster = RayCaster(build([GROUND, WALL]))
    gbuffer = gbuffer_of(caster, CAMERA)
    occlusion = ambient_occlusion(caster, gbuffer, radius_m=4.0).array
    # The wall runs along the rows: each row is one distance, up to the border of the picture.
    rows = occlusion[:, 8:-8]
    assert np.ptp(rows, axis=1).max() < 0.02


def test_the_map_is_the_same_every_time() -> None:
    caster = RayCaster(build([GROUND, WALL]))
    gbuffer = gbuffer_of(caster, CAMERA)
    np.testing.assert_array_equal(ambient_occlusion(caster, gbuffer).array, ambient_occlusion(caster, gbuffer).array)


def test_things_thinner_than_a_sample_get_their_own() -> None:
    bars = [q for x in np.arange(-3, 3, 0.21) for q in box((x, -0.5, 0.0), (x + 0.02, -0.48, 3.0))]
    caster = RayCaster(build([GROUND, ("bars", Part.BUILDING, PLAIN, bars)]))
    gbuffer = gbuffer_of(caster, CAMERA)
    occlusion = ambient_occlusion(caster, gbuffer, radius_m=2.0).array
    seen = (gbuffer.elements.array == 1) & (gbuffer.positions_m()[..., 2] > 1.5)
    assert seen.sum() > 50
    assert occlusion[seen].min() > 0.5


def test_the_default_radius_follows_the_building() -> None:
    def radius(height: float) -> float:
        return occlusion_radius_m(build([GROUND, ("b", Part.BUILDING, PLAIN, box((-4, -4, 0), (4, 4, height)))]))

    assert radius(1.0) == pytest.approx(0.2 * np.sqrt(8**2 + 8**2 + 1))
    assert radius(100.0) == 6.0


@pytest.mark.parametrize("wrong", [{"rays": 3}, {"rays": 300}, {"radius_m": 0.0}, {"radius_m": float("nan")}])
def test_values_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    caster = RayCaster(build([GROUND]))
    with pytest.raises(OptionError, match="give"):
        ambient_occlusion(caster, gbuffer_of(caster, CAMERA), **wrong)  # type: ignore[arg-type]


def test_the_tile_filter_removes_what_repeats_every_four_pixels() -> None:
    caster = RayCaster(build([GROUND]))
    surface = surface_of(gbuffer_of(caster, CAMERA)).halved()
    rows, columns = surface.hit.shape
    rng = np.random.default_rng(0)
    tile = rng.random((4, 4)).astype(np.float32)
    pattern = np.where(surface.hit, np.tile(tile, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns], 0)
    smooth = smooth_tiles(pattern.astype(np.float32), surface)
    inside = surface.hit.copy()
    inside[:2], inside[-2:], inside[:, :2], inside[:, -2:] = False, False, False, False
    inside[2:] &= surface.hit[:-2]
    assert np.abs(smooth[inside] - tile.mean()).max() < 2e-3


@pytest.mark.parametrize("size", [Size(120, 160), Size(121, 163)])
def test_upsampling_follows_a_ramp_and_stops_at_edges(size: Size) -> None:
    caster = RayCaster(build([GROUND, WALL]))
    gbuffer = gbuffer_of(caster, CAMERA.resized(size))
    surface = surface_of(gbuffer)
    columns = np.broadcast_to(np.arange(size.width, dtype=np.float32), size.shape)
    full = np.where(gbuffer.elements.array == 0, columns, -1000.0).astype(np.float32)
    values, orphans = upsample(full[::2, ::2].copy(), surface.halved(), surface)
    inside = surface.hit & ~orphans
    inside[:, -1] = False
    assert np.abs(values - full)[inside].max() < 0.6
    assert orphans.mean() < 0.01
