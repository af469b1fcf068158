"""An environment without a building: what its camera sees, whatever the seed and the picture's shape."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.geometry.surroundings import Surroundings, build_landscape, landscape_camera
from archviz.geometry.surroundings.sight import Sight
from tests.surroundings.conftest import SEED, spec_of

SMALL = Size(height=128, width=192)
# What the place is known by: beginnings of element names, and the least share of the picture they take.
SEEN = {
    "rice-paddies": {"paddy.water": 0.08, "paddy.bunds": 0.02, "figure.": 0.005, "plant.": 0.02, "ground.hills": 0.01},
    "tube-house-street": {"street.": 0.15, "neighbour.": 0.15, "motorbike.": 0.001},
    "mekong-riverside": {"water": 0.15, "sampan.": 0.002, "neighbour.": 0.02, "plant.": 0.01},
    "hoi-an": {"lane": 0.1, "neighbour.": 0.2, "lantern.": 0.001, "figure.": 0.001},
    "tropical-garden": {"plant.": 0.2, "water": 0.05, "ground": 0.1},
    "da-lat-pines": {"plant.": 0.2, "ground": 0.2},
    "ha-long-coast": {"water": 0.15, "karst.": 0.1, "ground.shore": 0.02},
    "downtown": {"street.": 0.15, "neighbour.": 0.1, "car.": 0.01},
    "suburb": {"street.": 0.1, "neighbour.": 0.03, "car.": 0.005, "plant.": 0.005},
    "park": {"plant.": 0.1, "water": 0.05, "figure.": 0.002, "ground": 0.15},
    "forest": {"plant.": 0.3, "ground": 0.2},
    "meadow": {"ground": 0.3, "plant.": 0.01},
    "desert": {"ground": 0.3, "plant.": 0.003},
    "snow": {"ground": 0.3, "plant.": 0.1},
    "lakeside": {"water": 0.1, "ground.heights": 0.03},
    "studio": {"ground": 0.3},
}


@cache
def landscape_of(preset_id: str, seed: int) -> tuple[Surroundings, RayCaster]:
    result = build_landscape(spec_of(preset_id), seed=seed)
    return result, RayCaster(result.scene)


def seen_names(preset_id: str, *, seed: int = SEED, size: Size = SMALL) -> np.ndarray:
    """(H, W) name of the element in each pixel; empty in the sky."""
    result, caster = landscape_of(preset_id, seed)
    camera = landscape_camera(spec_of(preset_id), seed=seed, size=size)
    rows = rasterize(result.scene, camera, caster=caster).elements.array
    names = np.array([*(e.name for e in result.scene.table.elements), ""], dtype=object)
    return names[rows]


def test_the_place_is_told_by_what_is_seen(preset_id: str) -> None:
    names = seen_names(preset_id).ravel()
    shares = {start: np.mean([n.startswith(start) for n in names]) for start in SEEN[preset_id]}
    assert {s: v for s, v in shares.items() if v < SEEN[preset_id][s]} == {}
    # Crowns close over a wood.
    assert np.mean(names == "") > (0.001 if preset_id in ("forest", "da-lat-pines") else 0.1)


def test_there_is_no_building(preset_id: str) -> None:
    parts = {e.part for e in landscape_of(preset_id, SEED)[0].scene.table.elements}
    assert parts <= {Part.GROUND, Part.SURROUNDINGS}


@pytest.mark.parametrize("size", [SMALL, Size(height=192, width=128)], ids=str)
def test_the_camera_stands_on_the_ground_and_looks_level(preset_id: str, size: Size) -> None:
    camera = landscape_camera(spec_of(preset_id), seed=SEED, size=size)
    horizon = camera.principal_point_px[1] / size.height
    assert 0.4 <= horizon <= 0.6
    assert camera.position_m[2] == camera.target_m[2] and camera.size == size
    # Level, the horizon of the endless ground is where the optical axis is.
    assert camera.ray_directions()[int(camera.principal_point_px[1]), 0, 2] == pytest.approx(0.0, abs=0.01)
    hit = landscape_of(preset_id, SEED)[1].first_hits(np.array(camera.position_m), np.array([[0.0, 0.0, -1.0]]))
    height = float(hit.distances_m[0])
    low, high = (2.0, 3.0) if preset_id == "rice-paddies" else (1.6, 1.85)
    assert low <= height <= high


def test_nothing_stands_before_the_lens(preset_id: str) -> None:
    result, caster = landscape_of(preset_id, SEED)
    camera = landscape_camera(spec_of(preset_id), seed=SEED, size=SMALL)
    depth = rasterize(result.scene, camera, caster=caster).depth.array
    assert depth.min() > 1.5
    above = depth[: int(camera.principal_point_px[1]) - 1]
    assert above.min() > 3.0


@pytest.mark.parametrize("size", [SMALL, Size(height=192, width=128), Size(height=128, width=128)], ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_two_farmers_in_conical_hats_are_made_out(seed: int, size: Size) -> None:
    result, _ = landscape_of("rice-paddies", seed)
    names = seen_names("rice-paddies", seed=seed, size=size)
    tall = []
    for figure in result.figures:
        rows = np.flatnonzero(np.isin(names, figure.elements).any(axis=1))
        hat = np.isin(names, [n for n in figure.elements if n.endswith(".hat")]).sum()
        if figure.kind == "farmer" and hat >= 4 and len(rows):
            tall.append(np.ptp(rows) / size.height)
    assert sum(share > 0.1 for share in tall) >= 2, tall


def test_farmers_stand_in_the_water_of_their_own_terrace() -> None:
    for seed in range(6):
        result, caster = landscape_of("rice-paddies", seed)
        rows = {e.name: i for i, e in enumerate(result.scene.table.elements)}
        for figure in result.figures:
            x, y, z = figure.position_m
            hit = caster.first_hits(np.array([x, y, z + 0.6]), np.array([[0.0, 0.0, -1.0]]))
            below = result.scene.face_elements[hit.faces[0]]
            # Whatever is met first below the knee, one's own legs apart, lies no deeper than a hand's breadth
            # under water, on a bund or on land.
            if below not in [rows[n] for n in figure.elements]:
                assert float(hit.distances_m[0]) == pytest.approx(0.45, abs=0.25)


def test_the_same_seed_gives_the_same_bytes_and_another_another_place(preset_id: str) -> None:
    spec = spec_of(preset_id)
    first, _ = landscape_of(preset_id, SEED)
    again = build_landscape(spec, seed=SEED)
    assert first.scene.vertices_m.tobytes() == again.scene.vertices_m.tobytes()
    assert first.scene.table == again.scene.table and first.figures == again.figures
    assert landscape_camera(spec, seed=SEED, size=SMALL) == landscape_camera(spec, seed=SEED, size=SMALL)
    other = landscape_camera(spec, seed=SEED + 1, size=SMALL)
    assert other.target_m != landscape_camera(spec, seed=SEED, size=SMALL).target_m


@pytest.mark.parametrize("preset_id", ["downtown", "hoi-an"])
def test_the_lamps_that_shine_are_those_the_eye_is_near_to(preset_id: str) -> None:
    lamps = landscape_of(preset_id, SEED)[0].lamps_m
    eye = landscape_camera(spec_of(preset_id), seed=SEED, size=SMALL).position_m
    away = np.linalg.norm(lamps - (eye[0], eye[1], 0.0), axis=1)
    assert away[0] < 15.0 and (np.diff(away) > -1e-4).all()


def test_a_sight_keeps_its_foreground_open() -> None:
    east = Sight(x_m=10.0, y_m=5.0, bearing_deg=90.0, open_m=9.0)
    assert east.point_m(2.0, 6.0) == pytest.approx((16.0, 3.0))
    assert np.allclose(east.local_m(16.0, 3.0), (2.0, 6.0))
    for x, y, height, blocked in [
        (15.0, 5.0, 3.0, True),  # a tree ahead
        (15.0, 5.0, 0.8, False),  # grass there
        (21.0, 5.0, 3.0, False),  # beyond the foreground
        (15.0, 11.0, 3.0, False),  # outside the lens
        (15.0, 9.0, 3.0, True),  # at the picture's edge
        (4.0, 5.0, 3.0, False),  # behind
        (10.0, 3.5, 3.0, True),  # beside the eye
    ]:
        assert bool(east.blocked(x, y, radius_m=0.5, height_m=height)) is blocked, (x, y, height)
