"""Ripples against mirror rays traced one by one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.light_transport import water
from archviz.light_transport.deferred import light
from archviz.light_transport.water import Ripples, find_ripples
from archviz.lighting.daylight import Weather, daylight
from tests.light_transport.scenes import before_water, gbuffer_of

POND = Camera(position_m=(0, -4, 1.6), target_m=(0, 0, 0.6), size=Size(120, 160))


def ripples_of(camera: Camera) -> tuple[Ripples, NDArray[np.float32]]:
    """The ripples of endless water at height 0, and the rays that see it."""
    rays = camera.ray_directions()
    where = rays[..., 2] < -0.02
    distances = np.where(where, camera.position_m[2] / np.maximum(-rays[..., 2], 0.02), np.inf).astype(np.float32)
    points = np.where(where[..., None], np.asarray(camera.position_m) + rays * distances[..., None], 0)
    return find_ripples(where, points.astype(np.float32), distances, camera), rays


def test_water_is_rippled_as_a_light_breeze_ripples_it() -> None:
    ripples, _ = ripples_of(POND)
    up = ripples.normals[ripples.where]
    np.testing.assert_allclose(np.linalg.norm(up, axis=1), 1, rtol=1e-5)
    slopes = -up[:, :2] / up[:, 2:]
    assert np.abs(slopes.mean(0)).max() < 0.005, "level on the whole"
    # All of them, seen or not: between the calm's quarter and the whole of what the wind makes.
    near = ripples.where.copy()
    near[:90] = False
    hidden = ripples.drawn_px[near] / (2 * POND.focal_px)
    total = np.sqrt((ripples.normals[near][:, :2] ** 2).sum(1).mean() + 2 * (hidden**2).mean())
    assert 0.25 * water._SLOPE < total < 1.3 * water._SLOPE


def test_a_mirror_ray_of_the_tilted_water_meets_what_is_shown() -> None:
    ripples, rays = ripples_of(POND)
    flat = rays * np.array([1, 1, -1], np.float32)
    tilted = rays - 2 * np.einsum("hwc,hwc->hw", rays, ripples.normals)[..., None] * ripples.normals
    # The elevation of what is mirrored, as a picture: exactly along each ray, and moved from the flat mirror's.
    still = Ripples(
        where=ripples.where, normals=ripples.normals, shifts_px=ripples.shifts_px, drawn_px=0 * ripples.drawn_px
    )
    shown = still.mirrored(np.repeat(flat[..., 2:], 3, axis=2))[..., 0]
    inner = np.zeros_like(ripples.where)
    inner[50:100, 15:-15] = ripples.where[50:100, 15:-15]
    moved, wanted = (shown - flat[..., 2])[inner], (tilted - flat)[..., 2][inner]
    assert wanted.std() > 0.005
    assert np.corrcoef(moved, wanted)[0, 1] > 0.97
    assert moved.std() / wanted.std() == pytest.approx(1, abs=0.12)
    # And sideways, where it is seen steeply enough for that to matter.
    shown = still.mirrored(np.repeat(flat[..., :1], 3, axis=2))[..., 0]
    moved, wanted = (shown - flat[..., 0])[inner], (tilted - flat)[..., 0][inner]
    assert np.corrcoef(moved, wanted)[0, 1] > 0.9


def test_waves_smaller_than_a_pixel_draw_out_what_is_mirrored() -> None:
    ripples, _ = ripples_of(POND)
    rows = [np.flatnonzero(ripples.where.all(axis=1))[row] for row in (0, -1)]
    far, near = (ripples.drawn_px[row].mean() for row in rows)
    moved = [np.abs(ripples.shifts_px[row, :, 1]).mean() for row in rows]
    assert far > 2 * near and moved[0] < 0.1 * moved[1]
    # A post's picture keeps its column and loses its ends.
    seen = np.zeros((*POND.size.shape, 3), np.float32)
    top = rows[0]
    seen[top + 2 : top + 4, 80] = 1
    calm = Ripples(
        where=ripples.where, normals=ripples.normals, shifts_px=0 * ripples.shifts_px, drawn_px=ripples.drawn_px
    )
    drawn = calm.mirrored(seen)
    assert drawn[:, 79].max() == drawn[:, 81].max() == 0
    assert 0 < drawn[top + 8, 80, 0] < drawn[top + 2, 80, 0] < 0.7


def test_one_colour_stays_as_it_is_to_the_shore() -> None:
    ripples, _ = ripples_of(POND)
    seen = np.where(ripples.where[..., None], np.float32(0.4), np.float32(9.0)) * np.ones(3, np.float32)
    np.testing.assert_allclose(ripples.mirrored(seen)[ripples.where], 0.4, rtol=1e-4)


def test_a_place_has_the_same_waves_from_wherever_it_is_seen() -> None:
    one, other = (
        Camera(position_m=eye, target_m=(0, -1, 0), size=Size(480, 640)) for eye in ((0, -4, 1.6), (3, -3, 1.6))
    )
    point = np.array([0.4, -1.5, 0.0])
    found = []
    for camera in (one, other):
        right, up, forward = camera.basis()
        away = point - np.asarray(camera.position_m)
        x = camera.principal_point_px[0] + camera.focal_px * (away @ right) / (away @ forward)
        y = camera.principal_point_px[1] - camera.focal_px * (away @ up) / (away @ forward)
        found.append(ripples_of(camera)[0].normals[int(y), int(x)])
    np.testing.assert_allclose(found[0], found[1], atol=0.006)
    assert np.abs(found[0][:2]).max() > 0.01


def test_a_posts_picture_in_the_water_wavers() -> None:
    caster = RayCaster(before_water((-0.2, 1.0, 0), (0.2, 1.4, 3)))
    gbuffer = gbuffer_of(caster, POND)
    noon = daylight(SunDirection(altitude_deg=50, azimuth_deg=180), Weather(haze=0.0))
    colour = light(caster, gbuffer, noon).deferred.array
    lake = gbuffer.elements.array == 0
    mirrored = lake & (colour[..., 0] > 1.3 * colour[..., 2])
    rows = np.flatnonzero(mirrored.sum(axis=1) > 3)
    assert len(rows) > 12
    lefts = np.array([np.flatnonzero(mirrored[row])[0] for row in rows])
    straight = np.polyval(np.polyfit(rows, lefts, 1), rows)
    assert 0.4 < np.abs(lefts - straight).max() < 12
