from dataclasses import replace

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.illumination import LightBuffer
from archviz.core.maps import ColorMap, LightMap
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.fidelity import shadow_agreement, sun_gain
from archviz.fidelity.shadows import shadow_disagreement
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from tests.fidelity.flat import GLASS, WALL, flat_view
from tests.fidelity.scenes import NOON, assemble, box, clear_sky, light_of, view

EAST = SunDirection(altitude_deg=35, azimuth_deg=100)


def post(sun):
    """A post on a plane from above: its shadow falls away from the sun."""
    parts = [
        ("ground", 3, Part.GROUND, box((-50, -50, -1), (50, 50, 0))),
        ("post", 0, Part.BUILDING, box((-1, -1, 0), (1, 1, 4))),
    ]
    scene = assemble(parts)
    caster = RayCaster(scene)
    eye = Camera(position_m=(0, -12, 16), target_m=(0, 0, 0), size=Size(160, 200))
    gbuffer = rasterize(scene, eye, caster=caster)
    return gbuffer, light_of(caster, gbuffer, clear_sky(sun))


def drawn(visible, *, ids=None, **sky):
    """A light buffer of one wall with a given mask."""
    shape = visible.shape
    ids = np.full(shape, WALL, np.int32) if ids is None else ids
    mask = visible.astype(np.float32)
    light = LightBuffer(
        illumination=replace(clear_sky(), **sky),
        sun_visible=LightMap(mask),
        sun_shading=LightMap((mask * 0.7).astype(np.float32)),
        ambient_occlusion=LightMap(np.ones(shape, np.float32)),
        emission=LightMap(np.zeros(shape, np.float32)),
        deferred=ColorMap(np.zeros((*shape, 3), np.float32)),
    )
    return flat_view(ids), light


def half(shape=(60, 80)):
    visible = np.zeros(shape, bool)
    visible[:, : shape[1] // 2] = True
    return visible


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_picture_lit_by_its_sun_agrees(seed):
    v = view(seed)
    assert shadow_agreement(v.light.deferred.array, v.gbuffer, v.light).auc == 1.0
    assert shadow_agreement(v.picture, v.gbuffer, v.light).auc > 0.97


def test_a_flat_picture_says_nothing():
    v = view(1)
    assert shadow_agreement(np.full_like(v.picture, 90), v.gbuffer, v.light).auc == 0.5


def test_an_inverted_picture_says_the_opposite():
    v = view(1)
    assert shadow_agreement(1 - v.light.deferred.array, v.gbuffer, v.light).auc == 0.0


def test_a_sun_from_the_other_side_is_worse_than_none_and_ranks_last():
    gbuffer, light = post(EAST)
    _, west = post(EAST.turned(180))
    true = shadow_agreement(light.deferred.array, gbuffer, light, turned={180: west})
    assert (true.auc, true.rank) == (1.0, 1)
    assert true.gain > 0 > true.turned[180.0]
    false = shadow_agreement(light.deferred.array, gbuffer, west, turned={180: light})
    assert false.auc < 0.5 and false.rank == 2
    assert (false.gain, false.turned[180.0]) == (true.turned[180.0], true.gain)


def test_suns_are_compared_where_the_true_one_leaves_no_surface_to_judge():
    # All of the wall is in shadow: there is no agreement to tell, but a sun that lights half of it is wrong.
    dark = np.zeros((60, 80), bool)
    gbuffer, shade = drawn(dark)
    _, other = drawn(half())
    picture = np.full((60, 80, 3), 90, np.uint8)
    result = shadow_agreement(picture, gbuffer, shade, turned={90: other})
    assert result.auc is None and "200 px in the sun" in result.reason
    assert result.gain == 0.0 > result.turned[90.0] and result.rank == 1
    # A picture that shows that sun's shadow is explained by it.
    picture[:, :40] = 230
    assert sun_gain(picture, gbuffer, other) > 0.05 and sun_gain(picture, gbuffer, shade) == 0.0


def test_disagreement_is_what_agreement_lacks_pixel_by_pixel():
    gbuffer, light = drawn(half())
    rng = np.random.default_rng(5)
    picture = rng.integers(0, 255, (60, 80, 3), dtype=np.uint8)
    wrong = shadow_disagreement(picture, gbuffer, light)
    lit, shadow = wrong[2:-2, 2:38], wrong[2:-2, 42:-2]
    assert np.isnan(wrong).sum() == wrong.size - lit.size - shadow.size
    auc = shadow_agreement(picture, gbuffer, light).auc
    assert lit.mean() == pytest.approx(1 - auc, abs=1e-5) and shadow.mean() == pytest.approx(auc - 1, abs=1e-5)
    assert lit.min() >= 0 >= shadow.max()
    picture[:] = np.where(half(), 200, 40)[..., None]
    assert np.nanmax(np.abs(shadow_disagreement(picture, gbuffer, light))) == 0.0


def test_the_true_sun_ranks_first_among_turned_suns_of_a_textured_picture():
    v = view(2)
    caster = RayCaster(v.scene)
    turned = {d: light_of(caster, v.gbuffer, clear_sky(NOON.turned(d))) for d in (60, 120, 180, 240, 300)}
    result = shadow_agreement(v.picture, v.gbuffer, v.light, turned=turned)
    assert result.rank == 1 and set(result.turned) == set(turned)


def test_albedo_does_not_confound():
    # A dark element in the sun and a bright one in shadow, each with both inside.
    visible = half()
    ids = np.full(visible.shape, WALL, np.int32)
    ids[30:] = 1
    gbuffer, light = drawn(visible, ids=ids)
    albedo = np.where(ids == WALL, 0.9, 0.1)
    picture = np.repeat((albedo * np.where(visible, 1.0, 0.4))[..., None], 3, 2)
    result = shadow_agreement(picture, gbuffer, light)
    assert result.auc == 1.0 and [g.element for g in result.groups] == ["wall", "pane"]


def test_auc_is_the_share_of_pairs_in_order():
    visible = half()
    gbuffer, light = drawn(visible)
    rng = np.random.default_rng(3)
    picture = np.repeat(np.where(visible, rng.random(visible.shape), 0.75)[..., None], 3, 2)
    lit = picture[2:-2, 2:38, 0]
    assert shadow_agreement(picture, gbuffer, light).auc == pytest.approx((lit > 0.75).mean(), abs=1e-6)


def test_a_group_needs_two_hundred_pixels_on_each_side_without_borders():
    # 20 rows less two borders of two; columns likewise: 16 x 12 = 192 and 16 x 13 = 208.
    for lit_columns, enough in ((16, False), (17, True)):
        visible = np.zeros((20, 60), bool)
        visible[:, :lit_columns] = True
        gbuffer, light = drawn(visible)
        result = shadow_agreement(np.zeros((20, 60, 3), np.uint8), gbuffer, light)
        assert (result.auc is not None) == enough
        if enough:
            assert (result.groups[0].lit_px, result.groups[0].shadow_px) == (16 * 13, 16 * 39)
        else:
            assert "200 px in the sun" in result.reason


def test_glass_is_no_evidence():
    gbuffer, light = drawn(half(), ids=np.full((60, 80), GLASS, np.int32))
    assert shadow_agreement(np.zeros((60, 80, 3), np.uint8), gbuffer, light).auc is None


@pytest.mark.parametrize(
    ("sky", "words"),
    [
        ({"sun": None}, "no direct sun"),
        ({"sun": SunDirection(altitude_deg=2.9, azimuth_deg=0)}, "2.9 degrees"),
        ({"sun": SunDirection(altitude_deg=-5, azimuth_deg=0)}, "-5.0 degrees"),
        ({"cloud_cover": 0.95}, "overcast"),
        ({"sun_irradiance": (0.02, 0.02, 0.03)}, "night"),
    ],
)
def test_no_score_without_a_sun_to_judge(sky, words):
    gbuffer, light = drawn(half(), **sky)
    result = shadow_agreement(np.zeros((60, 80, 3), np.uint8), gbuffer, light)
    assert result.auc is None and words in result.reason
