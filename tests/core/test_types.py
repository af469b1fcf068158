"""Sizes, seeds, tone, places, elements, materials, maps and errors."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from archviz.core import errors
from archviz.core.elements import Element, ElementTable, Part, unique_name
from archviz.core.errors import ArchvizError, InputError, OptionError
from archviz.core.illumination import Illumination, sky_weight
from archviz.core.maps import ColorMap, DepthMap, EdgeMap, IdMap, LightMap, NormalMap
from archviz.core.material import FAMILY_CODES, Material, TextureFamily
from archviz.core.place import Place, SunDirection
from archviz.core.seeds import derive_generator, derive_seed
from archviz.core.size import Size
from archviz.core.tone import linear_to_srgb, luminance, srgb_to_linear, tone_map


def test_sizes_are_written_width_first() -> None:
    assert Size.parse(" 768 x 512 ") == Size.parse("768×512") == Size(height=512, width=768)
    assert str(Size(height=512, width=768)) == "768x512"
    assert Size(500, 771).rounded_to(8) == Size(496, 768) and Size(1, 1).rounded_to(64) == Size(64, 64)
    assert (Size(2, 3).pixels, Size(2, 3).longer, Size(2, 3).shape) == (6, 3, (2, 3))


@pytest.mark.parametrize("text", ["768", "x512", "768x512x3", "0x5", "20000x5", "-1x5", "axb", ""])
def test_wrong_sizes_are_refused(text: str) -> None:
    with pytest.raises(OptionError, match="size"):
        Size.parse(text)


def test_seeds_follow_from_names_alone() -> None:
    # Fixed numbers: a recipe written today must mean the same tomorrow.
    assert derive_seed(7, "noise", "front") == derive_seed(7, "noise", "front")
    assert len({derive_seed(s, *labels) for s in (0, 1) for labels in ((), ("a",), ("a", "b"), ("ab",))}) == 8
    assert all(0 <= derive_seed(s) < 2**63 for s in range(99))
    assert derive_generator(3, "x").random() == derive_generator(3, "x").random()


def test_srgb_is_that_of_the_standard() -> None:
    # IEC 61966-2-1: 8-bit 188 is half the light; the toe ends at 0.04045.
    assert float(srgb_to_linear((188 / 255,))[0]) == pytest.approx(0.5029, abs=1e-4)
    assert float(srgb_to_linear((0.04045,))[0]) == pytest.approx(0.04045 / 12.92, rel=1e-5)
    codes = np.arange(256, dtype=np.float32) / 255
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(codes)), codes, atol=1e-5)
    assert luminance(np.ones(3)) == pytest.approx(1.0)


def test_the_tone_curve_rises_from_black_to_white() -> None:
    levels = tone_map(np.linspace(0, 20, 500)[:, None].repeat(3, axis=1))[:, 0]
    assert levels[0] == 0 and levels[-1] == pytest.approx(1, abs=1e-6) and (np.diff(levels) >= 0).all()
    assert 0.35 < tone_map(np.full(3, 0.18))[0] < 0.55
    assert tone_map(np.full(3, 1.0))[0] > 0.8


def test_the_sun_direction_is_a_unit_vector_from_north_by_east() -> None:
    np.testing.assert_allclose(SunDirection(altitude_deg=0, azimuth_deg=90).vector, (1, 0, 0), atol=1e-12)
    np.testing.assert_allclose(SunDirection(altitude_deg=0, azimuth_deg=-360).vector, (0, 1, 0), atol=1e-12)
    np.testing.assert_allclose(SunDirection(altitude_deg=90, azimuth_deg=5).vector, (0, 0, 1), atol=1e-12)
    assert SunDirection(altitude_deg=1, azimuth_deg=350).turned(20).azimuth_deg == 10
    for altitude, azimuth in ((91, 0), (math.nan, 0), (0, math.inf)):
        with pytest.raises(OptionError, match="sun"):
            SunDirection(altitude_deg=altitude, azimuth_deg=azimuth)


@pytest.mark.parametrize("place", [{"latitude_deg": 91, "longitude_deg": 0}, {"latitude_deg": 0, "longitude_deg": 181}])
def test_places_off_the_globe_are_refused(place: dict[str, float]) -> None:
    with pytest.raises(OptionError, match="off the globe"):
        Place(**place)


def test_tables_keep_names_apart_when_they_join() -> None:
    plain = Material(name="plain")
    table = ElementTable((Element(name="wall", material=0), Element(name="wall.2", material=0)), (plain,))
    other = ElementTable((Element(name="wall", material=1, part=Part.GROUND),), (plain, Material(name="grass")))
    joined = table.merged(other)
    assert [e.name for e in joined.elements] == ["wall", "wall.2", "wall.3"]
    assert joined.element_materials().tolist() == [0, 0, 2]
    assert joined.element_parts().tolist() == [1, 1, 3]
    assert unique_name("roof", {"wall"}) == "roof"
    with pytest.raises(OptionError, match="'wall' stands twice"):
        ElementTable((Element(name="wall", material=0),) * 2, (plain,))
    with pytest.raises(OptionError, match="not in the table"):
        ElementTable((Element(name="wall", material=1),), (plain,))


def test_family_codes_differ_in_two_coordinates_at_least() -> None:
    assert len(FAMILY_CODES) == len(TextureFamily)
    distances = np.abs(FAMILY_CODES[:, None] - FAMILY_CODES[None]).sum(axis=-1)
    assert distances[~np.eye(len(FAMILY_CODES), dtype=bool)].min() == 2


@pytest.mark.parametrize(
    "fields", [{"base_color": (1.1, 0, 0)}, {"base_color": (0, 0)}, {"roughness": -0.1}, {"transmission": math.nan}]
)
def test_materials_out_of_range_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(OptionError, match="material 'x'"):
        Material(name="x", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "array"),
    [
        (DepthMap, np.zeros((2, 2), np.float32)),
        (DepthMap, np.full((2, 2), np.nan, np.float32)),
        (DepthMap, np.ones((2, 2), np.float64)),
        (DepthMap, np.ones((2, 2, 1), np.float32)),
        (EdgeMap, np.full((2, 2), 1.5, np.float32)),
        (LightMap, np.full((2, 2), -0.5, np.float32)),
        (NormalMap, np.full((2, 2, 3), 2, np.float32)),
        (ColorMap, np.zeros((2, 2), np.float32)),
        (IdMap, np.full((2, 2), -2, np.int32)),
    ],
)
def test_maps_check_shape_type_and_range(kind: type, array: np.ndarray) -> None:
    with pytest.raises(ValueError, match=kind.__name__):
        kind(array)


def test_maps_are_read_only() -> None:
    depth = DepthMap(np.ones((2, 2), np.float32))
    with pytest.raises(ValueError, match="read-only"):
        depth.array[0, 0] = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        depth.array = np.ones((2, 2), np.float32)  # type: ignore[misc]


def test_near_is_white_and_the_sky_black() -> None:
    depth = DepthMap(np.array([[2, 4, 8, np.inf]], np.float32))
    # Inverse depths 1/2, 1/4, 1/8 over their range.
    np.testing.assert_allclose(depth.near_white(), [[1, 1 / 3, 0, 0]], rtol=1e-6)
    np.testing.assert_array_equal(DepthMap(np.array([[3, np.inf]], np.float32)).near_white(), [[1, 0]])
    assert not DepthMap(np.full((1, 2), np.inf, np.float32)).near_white().any()


def test_the_sky_has_two_lobes() -> None:
    assert sky_weight(np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]
    light = {"sun": None, "sun_irradiance": (0, 0, 0), "zenith_radiance": (1, 1, 1), "horizon_radiance": (1, 1, 1)}
    Illumination(**light)  # type: ignore[arg-type]
    for wrong in ({"zenith_radiance": (-1, 0, 0)}, {"cloud_cover": 1.5}, {"exposure": 0.0}, {"haze_per_m": 2.0}):
        with pytest.raises(OptionError, match="light"):
            Illumination(**light | wrong)  # type: ignore[arg-type]


def test_every_error_has_a_code_of_its_own_and_the_tree_is_as_drawn() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert issubclass(kind, ArchvizError)
        assert kind.exit_code == (2 if issubclass(kind, InputError) else 1)
        assert kind("what to do").message == "what to do"


def test_a_size_keeps_its_shape_at_another_longer_side() -> None:
    assert Size(height=900, width=1280).with_longer(384) == Size(height=270, width=384)
    assert Size(height=3, width=4000).with_longer(100) == Size(height=1, width=100)
