from __future__ import annotations

import math

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.material import TextureFamily
from archviz.geometry.surroundings.ground import HORIZON_M, WATER_LEVEL_M, Terrain
from archviz.geometry.surroundings.site import Site
from tests.surroundings.conftest import HOUSE, caster_of, spec_of, surroundings_of

AZIMUTHS = np.radians(np.arange(0, 360, 7.5))
RING = np.stack([np.cos(AZIMUTHS), np.sin(AZIMUTHS), np.zeros_like(AZIMUTHS)], axis=1)


def test_ground_reaches_the_horizon_in_every_direction(preset_id: str) -> None:
    caster = caster_of(preset_id)
    eye = np.array([0.0, 0.0, 40.0])
    # From 40 m a ray that would meet flat ground at 6.5 km must meet something.
    low = RING + np.array([0, 0, -40.0 / 6500.0])
    assert np.isfinite(caster.first_hits(eye, low).distances_m).all()
    # The rim stands at the distance the constant says: above it, flat ground ends.
    if preset_id == "studio":
        assert not np.isfinite(
            caster.first_hits(eye, RING + np.array([0, 0, -40.0 / (1.02 * HORIZON_M)])).distances_m
        ).any()


def test_the_plot_is_flat_and_just_under_the_building(preset_id: str) -> None:
    caster = caster_of(preset_id)
    x, y = np.meshgrid(np.linspace(-4.9, 4.9, 9), np.linspace(-5.9, 5.9, 9))
    origins = np.stack([x.ravel(), y.ravel(), np.full(x.size, 100.0)], axis=1)
    z = 100.0 - caster.first_hits(origins, np.tile([0.0, 0.0, -1.0], (len(origins), 1))).distances_m
    assert np.all((z >= -0.0251) & (z < 0.0)), (z.min(), z.max())


def test_land_is_dry_and_water_covers_its_floor() -> None:
    for preset in ("mekong-riverside", "ha-long-coast", "lakeside", "park"):
        spec = spec_of(preset)
        terrain = Terrain.random(spec, Site.of(HOUSE), rng=np.random.default_rng(0))
        x, y = np.meshgrid(np.linspace(-80, 80, 161), np.linspace(-80, 80, 161))
        shore, height = terrain.shore_m(x, y), terrain.height_m(x, y)
        level = WATER_LEVEL_M[spec.water]
        assert (height[shore < 0] < level).all() and (height[shore > 0] > level).all()
        assert (shore < 0).any()


def test_relief_leaves_the_elevations_cameras_in_the_open(preset_id: str) -> None:
    spec = spec_of(preset_id)
    terrain = Terrain.random(spec, Site.of(HOUSE), rng=np.random.default_rng(1))
    points = RING[:, :2] * 100.0
    assert terrain.relief_m(points[:, 0], points[:, 1]).max() < 0.5
    if spec.relief != "flat":
        r = np.geomspace(150, 6000, 60)[:, None]
        heights = terrain.relief_m(r * RING[:, 0], r * RING[:, 1])
        assert 0.35 * spec.relief_m < heights.max() <= spec.relief_m * 1.001
        assert heights.min() >= 0


@pytest.mark.parametrize("preset_id", ["rice-paddies", "mekong-riverside", "ha-long-coast", "lakeside", "park"])
def test_water_is_a_level_mirror_seen_from_the_front(preset_id: str) -> None:
    scene = surroundings_of(preset_id).scene
    family = np.array([scene.table.materials[e.material].family for e in scene.table.elements])
    water = family[scene.face_elements] == TextureFamily.WATER
    corners = scene.triangles_m[water]
    assert np.ptp(corners[..., 2], axis=1).max() == 0
    assert all(scene.table.elements[i].part == Part.GROUND for i in np.unique(scene.face_elements[water]))
    caster = caster_of(preset_id)
    x, y = np.meshgrid(np.linspace(-15, 15, 61), np.linspace(-14, -8, 25))
    eye = np.array([-11.0, -24.0, 1.6])
    target = np.stack([x.ravel(), y.ravel(), np.full(x.size, -1.0)], axis=1)
    hits = caster.first_hits(eye, target - eye)
    assert water[hits.faces].mean() > 0.05


def test_hills_stand_behind_the_eye_level_horizon() -> None:
    caster = caster_of("rice-paddies")
    two_degrees = RING + np.array([0, 0, math.tan(math.radians(2.0))])
    hits = caster.first_hits(np.array([0.0, 0.0, 1.6]), two_degrees)
    assert (hits.distances_m[np.isfinite(hits.distances_m)] > 200).sum() > 12
