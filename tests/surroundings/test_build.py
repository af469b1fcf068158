from __future__ import annotations

import numpy as np
import pytest

from archviz.core.elements import Part
from archviz.core.material import TextureFamily
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Bounds
from archviz.geometry.surroundings import SurroundingsSpec, build_surroundings
from archviz.geometry.surroundings.lamps import MAX_LAMPS
from tests.surroundings.conftest import HOUSE, SEED, caster_of, spec_of, surroundings_of

CEILING = 150_000
# What must be there for the place to be recognised: beginnings of element names.
SIGNATURE = {
    "rice-paddies": ["paddy.water", "paddy.bunds", "paddy.shoots", "figure.1.hat", "ground.hills", "path"],
    "tube-house-street": ["street.carriageway", "street.kerb", "neighbour.8.trim", "pole.", "wires.", "motorbike.4"],
    "mekong-riverside": ["water", "sampan.2", "neighbour.1.piles", "ground.shore"],
    "hoi-an": ["lane", "neighbour.6.roof", "neighbour.6.timber", "lantern.6"],
    "tropical-garden": ["path", "hedge.", "water"],
    "da-lat-pines": ["ground.hills", "path"],
    "ha-long-coast": ["water", "karst.6.rock", "ground.shore"],
    "downtown": ["street.carriageway", "neighbour.12.glass", "lamp.4.post", "car.4", "street.kerb"],
    "suburb": ["street.carriageway", "neighbour.5.roof", "hedge.", "car.2"],
    "park": ["path", "water", "bench."],
    "forest": ["path"],
    "meadow": ["ground"],
    "desert": ["rock.3"],
    "snow": ["ground.hills"],
    "lakeside": ["water", "ground.heights"],
    "studio": ["ground"],
}
SPECIES = {
    "rice-paddies": {"palm", "banana", "bamboo"},
    "tube-house-street": {"broadleaf"},
    "mekong-riverside": {"palm"},
    "tropical-garden": {"palm", "banana", "agave", "shrub"},
    "da-lat-pines": {"pine"},
    "ha-long-coast": {"palm"},
    "park": {"broadleaf"},
    "forest": {"broadleaf", "conifer"},
    "meadow": {"broadleaf"},
    "desert": {"cactus", "agave"},
    "snow": {"conifer", "bare"},
    "lakeside": {"conifer", "broadleaf"},
}


def front_points(bounds: Bounds) -> np.ndarray:
    """Points 5 mm before the front, from knee height to the eaves."""
    (x0, y0, _), (x1, _, z1) = bounds.low, bounds.high
    x, z = np.meshgrid(np.linspace(x0 + 0.2, x1 - 0.2, 15), np.linspace(1.0, z1 - 0.2, 13))
    return np.stack([x.ravel(), np.full(x.size, y0 - 0.005), z.ravel()], axis=1)


def seen_share(caster: RayCaster, eye: np.ndarray, points: np.ndarray) -> float:
    way = points - eye
    reach = caster.first_hits(eye, way).distances_m
    return float((reach > np.linalg.norm(way, axis=1) - 0.01).mean())


def test_signature_elements_are_there(preset_id: str) -> None:
    names = [e.name for e in surroundings_of(preset_id).scene.table.elements]
    missing = [s for s in SIGNATURE[preset_id] if not any(n.startswith(s) for n in names)]
    assert not missing
    grown = {p.species for p in surroundings_of(preset_id).plants}
    assert SPECIES.get(preset_id, set()) <= grown
    if preset_id == "studio":
        assert names == ["ground"]


def test_the_same_seed_gives_the_same_bytes(preset_id: str) -> None:
    first, again = surroundings_of(preset_id), build_surroundings(spec_of(preset_id), HOUSE, seed=SEED)
    assert first.scene.vertices_m.tobytes() == again.scene.vertices_m.tobytes()
    assert first.scene.face_elements.tobytes() == again.scene.face_elements.tobytes()
    assert first.scene.table == again.scene.table
    assert first.plants == again.plants and first.figures == again.figures
    assert np.array_equal(first.lamps_m, again.lamps_m)


@pytest.mark.parametrize("preset_id", ["hoi-an", "meadow", "ha-long-coast"])
def test_another_seed_gives_another_place(preset_id: str) -> None:
    other = build_surroundings(spec_of(preset_id), HOUSE, seed=SEED + 1).scene
    assert other.vertices_m.tobytes() != surroundings_of(preset_id).scene.vertices_m.tobytes()


@pytest.mark.parametrize("degrees", [-45, -30, 0, 30, 45])
@pytest.mark.parametrize("eye_m", [1.6, 9.0])
def test_the_front_is_seen_from_the_view_presets(preset_id: str, degrees: float, eye_m: float) -> None:
    caster = caster_of(preset_id)
    angle = np.radians(degrees)
    eye = np.array([24 * np.sin(angle), -24 * np.cos(angle), eye_m])
    assert seen_share(caster, eye, front_points(HOUSE)) > 0.97


def test_elevations_are_seen_from_afar(preset_id: str) -> None:
    caster = caster_of(preset_id)
    south = front_points(HOUSE)
    assert seen_share(caster, np.array([0.0, -96.0, 4.0]), south) > 0.97
    # A hedge may cover the foot of the rear wall.
    north = south[south[:, 2] > 2.0] * [1, -1, 1]
    assert seen_share(caster, np.array([0.0, 96.0, 4.0]), north) > 0.97
    side = south[:, [1, 0, 2]]
    # Wall to wall a house has no side elevation; elsewhere a garden may cover the wall's foot.
    if spec_of(preset_id).neighbours not in ("tube-houses", "old-town"):
        upper = side[side[:, 2] > 4.0]
        limit = 0.0 if spec_of(preset_id).neighbours in ("houses", "towers") else 0.9
        for sign in (-1, 1):
            assert seen_share(caster, np.array([sign * 96.0, 0.0, 4.0]), upper * [-sign, 1, 1]) >= limit


@pytest.mark.parametrize("side", [-1, 1])
def test_side_walls_are_seen_from_the_corner_views_in_the_open(preset_id: str, side: int) -> None:
    if spec_of(preset_id).neighbours in ("tube-houses", "old-town"):
        pytest.skip("houses stand wall to wall")
    caster = caster_of(preset_id)
    x, z = 5.005 * side, np.linspace(3.4, 7.8, 6)
    points = np.stack([v.ravel() for v in np.meshgrid(x, np.linspace(-5.8, 4.0, 12), z)], axis=1)
    assert seen_share(caster, np.array([17.0 * side, -17.0, 1.6]), points) > 0.9


@pytest.mark.parametrize("box", [(4.5, 16.0, 14.0), (80.0, 18.0, 24.0), (40.0, 40.0, 180.0)])
@pytest.mark.parametrize("preset_id", ["downtown", "rice-paddies", "tropical-garden", "tube-house-street"])
def test_triangles_stay_under_the_ceiling_for_any_building(preset_id: str, box: tuple[float, float, float]) -> None:
    bounds = Bounds((-box[0] / 2, -box[1] / 2, 0.0), (box[0] / 2, box[1] / 2, box[2]))
    scene = build_surroundings(spec_of(preset_id), bounds, seed=2).scene
    assert len(scene.faces) <= CEILING
    caster = RayCaster(scene)
    distance = 1.7 * max(box)
    for angle in np.radians([-40, 0, 40]):
        eye = np.array([distance * np.sin(angle), -distance * np.cos(angle), 1.6])
        assert seen_share(caster, eye, front_points(bounds)) > 0.94


def test_nothing_stands_in_the_building(preset_id: str) -> None:
    result = surroundings_of(preset_id)
    assert len(result.scene.faces) <= CEILING
    corners = result.scene.vertices_m
    inside = (np.abs(corners[:, 0]) < 4.99) & (np.abs(corners[:, 1]) < 5.99) & (corners[:, 2] > 0) & (corners[:, 2] < 8)
    assert not inside.any()
    # And nothing passes through it: rays across the empty box meet nothing.
    caster = caster_of(preset_id)
    y, z = np.meshgrid(np.linspace(-5.9, 5.9, 25), np.linspace(0.1, 7.9, 17))
    start = np.stack([np.full(y.size, -4.99), y.ravel(), z.ravel()], axis=1)
    assert not caster.occluded(start, np.tile([1.0, 0, 0], (len(start), 1)), max_distance_m=9.98).any()


def test_parts_tell_ground_from_the_rest(preset_id: str) -> None:
    table = surroundings_of(preset_id).scene.table
    ground = ("ground", "water", "paddy.water", "paddy.bunds", "street.", "lane", "path")
    for element in table.elements:
        expected = Part.GROUND if element.name.startswith(ground) else Part.SURROUNDINGS
        assert element.part == expected, element.name
    # No opening: which windows of the building are lit is counted over those.
    assert not any(e.part in (Part.OPENING, Part.BUILDING) for e in table.elements)


def test_lamps_stand_where_night_needs_them_and_shine_free(preset_id: str) -> None:
    result = surroundings_of(preset_id)
    lamps = result.lamps_m
    assert lamps.dtype == np.float32 and lamps.shape[1:] == (3,)
    if preset_id == "studio":
        assert len(lamps) == 0
        return
    assert 2 <= len(lamps) <= MAX_LAMPS
    assert np.hypot(lamps[:, 0], lamps[:, 1] + 6).min() < 25
    # The point is not swallowed by its own housing: most directions leave it for half a metre.
    rng = np.random.default_rng(0)
    ways = rng.normal(size=(64, 3))
    caster = caster_of(preset_id)
    for lamp in lamps:
        assert caster.occluded(lamp, ways, max_distance_m=0.5).mean() < 0.35
    for name in (e.name for e in result.scene.table.elements if e.class_name == "lamp"):
        assert name.startswith("lamp.")


def test_plants_and_figures_are_what_the_record_says(preset_id: str) -> None:
    result = surroundings_of(preset_id)
    scene = result.scene
    rows = {e.name: i for i, e in enumerate(scene.table.elements)}
    corners = scene.triangles_m.reshape(-1, 3)
    owner = np.repeat(scene.face_elements, 3)
    for plant in result.plants[::7]:
        own = corners[np.isin(owner, [rows[n] for n in plant.elements])]
        x, y, z = plant.position_m
        reach = np.hypot(own[:, 0] - x, own[:, 1] - y)
        assert reach.max() == pytest.approx(plant.crown_radius_m, abs=0.02)
        assert own[:, 2].max() - z == pytest.approx(plant.height_m, abs=0.01)
    named = [n for p in result.plants for n in p.elements] + [n for f in result.figures for n in f.elements]
    assert len(set(named)) == len(named) and set(named) <= set(rows)
    assert len(result.figures) <= spec_of(preset_id).figure_count
    if spec_of(preset_id).figures != "none":
        assert result.figures
    for figure in result.figures:
        own = corners[np.isin(owner, [rows[n] for n in figure.elements])]
        assert own[:, 2].min() == pytest.approx(figure.position_m[2], abs=0.05)
        assert 1.5 < figure.height_m < 1.8


def test_nothing_grows_in_water_but_rice() -> None:
    for preset in ("mekong-riverside", "ha-long-coast", "lakeside", "park", "tropical-garden"):
        result = surroundings_of(preset)
        level = max(
            float(result.scene.triangles_m[result.scene.face_elements == i][..., 2].max())
            for i, e in enumerate(result.scene.table.elements)
            if result.scene.table.materials[e.material].family == TextureFamily.WATER
        )
        assert min(p.position_m[2] for p in result.plants) > level


def test_a_moved_building_moves_everything() -> None:
    moved = Bounds((95.0, -56.0, 3.0), (105.0, -44.0, 11.0))
    spec = spec_of("suburb")
    here, there = surroundings_of("suburb"), build_surroundings(spec, moved, seed=SEED)
    offset = np.array([100.0, -50.0, 3.0])
    assert np.allclose(here.scene.vertices_m + offset, there.scene.vertices_m, atol=2e-3)
    assert np.allclose(here.lamps_m + offset, there.lamps_m, atol=1e-4)
    assert np.allclose(np.array(here.plants[0].position_m) + offset, there.plants[0].position_m)
    assert np.allclose(np.array(here.figures[0].position_m) + offset, there.figures[0].position_m)


def test_it_merges_with_a_building() -> None:
    result = surroundings_of("hoi-an")
    doubled = result.scene.merged(result.scene)
    assert len(doubled.faces) == 2 * len(result.scene.faces)


def test_the_neighbour_share_thins_the_row() -> None:
    table = {"ground": "paving", "road": "street", "neighbours": "tube-houses"}
    counts = [
        sum(
            e.name.endswith(".wall")
            for e in build_surroundings(
                SurroundingsSpec.from_table(table | {"neighbour_share": share}), HOUSE, seed=1
            ).scene.table.elements
        )
        for share in (0.0, 0.5, 1.0)
    ]
    assert counts[0] == 0 and 0.3 * counts[2] < counts[1] < 0.7 * counts[2]
