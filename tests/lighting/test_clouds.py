"""Clouds: where they are, how much of the sky they cover, and which side of them is lit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.illumination import Illumination
from archviz.core.place import SunDirection
from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.lighting.cloud_layers import CloudLayer, deck, feathers, heaps, ripples
from archviz.lighting.clouds import cloudy_sky
from archviz.lighting.daylight import Weather, daylight
from archviz.lighting.sky import sky_radiance

# Northwards, half of the picture below the horizon.
CAMERA = Camera(position_m=(0, 0, 1.6), target_m=(0, 10, 1.6), focal_mm=20, size=Size(144, 192))
RAYS = CAMERA.ray_directions()
ABOVE = RAYS[..., 2] > 0.02
EAST, WEST = (SunDirection(altitude_deg=12, azimuth_deg=azimuth) for azimuth in (90, 270))


def _heaps(seed: int, *, sun: SunDirection | None = EAST, cover: float = 0.35) -> CloudLayer:
    return heaps(RAYS, None if sun is None else sun.vector, cover=cover, generator=derive_generator(seed, "test"))


def _feathers(seed: int, *, cover: float) -> CloudLayer:
    return feathers(RAYS, cover=cover, generator=derive_generator(seed, "test"))


def _ripples(seed: int, *, cover: float) -> CloudLayer:
    return ripples(RAYS, cover=cover, generator=derive_generator(seed, "test"))


@pytest.mark.parametrize("kind", [_heaps, _feathers, _ripples])
def test_a_layer_follows_its_cover_and_its_seed(kind: Callable[..., CloudLayer]) -> None:
    shares = []
    for cover in (0.1, 0.4, 0.7):
        layers = [kind(seed, cover=cover) for seed in range(6)]
        for layer in layers:
            assert layer.opacity.shape == layer.sunlit.shape == RAYS.shape[:2]
            assert 0.0 <= layer.opacity.min() and layer.opacity.max() <= 1.0
            assert 0.0 <= layer.sunlit.min() and layer.sunlit.max() <= 1.0
        shares.append(np.mean([layer.opacity[ABOVE].mean() for layer in layers]))
    assert shares[0] + 0.02 < shares[1] < shares[2] - 0.02
    assert np.array_equal(kind(3, cover=0.4).opacity, kind(3, cover=0.4).opacity)
    assert np.abs(kind(3, cover=0.4).opacity - kind(4, cover=0.4).opacity).mean() > 0.05


def test_heaps_are_lit_on_the_side_of_the_sun() -> None:
    agreement = []
    for seed in range(6):
        east, west = _heaps(seed, sun=EAST), _heaps(seed, sun=WEST)
        assert np.allclose(east.opacity, west.opacity)
        # Towards the east, on the right, a cloud's right edge falls off: there the eastern sun lights it more.
        falls = -np.gradient(east.opacity, axis=1)
        agreement.append(float(np.sum(falls * (east.sunlit - west.sunlit)) / np.sum(np.abs(falls))))
    assert np.mean(agreement) > 0.08


def test_heaps_are_darker_at_their_base_than_at_their_top() -> None:
    steps = []
    for seed in range(6):
        layer = _heaps(seed, sun=SunDirection(altitude_deg=60, azimuth_deg=180))
        rises = np.gradient(layer.opacity, axis=0)  # more cloud further down: a top
        top, base = layer.sunlit[rises > 0.1], layer.sunlit[rises < -0.1]
        steps.append(float(top.mean() - base.mean()))
    assert np.mean(steps) > 0.12


def test_no_heap_stands_below_the_horizon() -> None:
    assert not _heaps(1, cover=0.8).opacity[RAYS[..., 2] < -0.02].any()


def test_a_deck_is_closed_and_folded_and_keeps_the_skys_brightness() -> None:
    layer = deck(RAYS, generator=derive_generator(1, "test"))
    assert (layer.opacity == 1.0).all() and layer.sunlit[ABOVE].std() > 0.05
    light = Illumination(
        sun=None,
        sun_irradiance=(0, 0, 0),
        zenith_radiance=(0.5, 0.5, 0.5),
        horizon_radiance=(0.4,) * 3,
        cloud_cover=1.0,
    )
    clear = sky_radiance(RAYS, light)
    skies = np.mean([cloudy_sky(clear, RAYS, light, seed=s)[ABOVE].mean() for s in range(8)])
    assert skies == pytest.approx(float(clear[ABOVE].mean()), rel=0.1)


def test_skies_of_one_light_differ_in_kind() -> None:
    """Fine threads, broad heaps and rows differ in how fast a sky changes from pixel to pixel."""
    light = Illumination(
        sun=SunDirection(altitude_deg=50, azimuth_deg=180),
        sun_irradiance=(3.0, 2.9, 2.7),
        zenith_radiance=(0.15, 0.3, 0.75),
        horizon_radiance=(0.6, 0.7, 0.8),
        cloud_cover=0.4,
    )
    clear = sky_radiance(RAYS, light)
    added = [cloudy_sky(clear, RAYS, light, seed=s)[ABOVE].mean(-1) - clear[ABOVE].mean(-1) for s in range(16)]
    strongest = [float(np.quantile(a, 0.95)) for a in added]
    assert max(strongest) > 2 * min(strongest) > 0


def test_moonlit_clouds_are_pale_and_outshine_nothing() -> None:
    moon = SunDirection(altitude_deg=40, azimuth_deg=200)
    night = daylight(moon, Weather(moon=True, cloud_cover=0.3))
    noon = daylight(moon, Weather(cloud_cover=0.3))
    brightest = {}
    for name, light in (("night", night), ("noon", noon)):
        clear = sky_radiance(RAYS, light)
        skies = np.concatenate([cloudy_sky(clear, RAYS, light, seed=s)[ABOVE].mean(-1) for s in range(6)])
        brightest[name] = float(np.quantile(skies, 0.995))
        own = float(np.median(clear[ABOVE].mean(-1)))
        assert 1.3 < brightest[name] / own < 12
    # A white wall that faces the light, for measure.
    wall = {
        name: 0.8 * float(np.mean(light.sun_irradiance)) / np.pi for name, light in (("night", night), ("noon", noon))
    }
    assert brightest["noon"] > 0.8 * wall["noon"]
    assert brightest["night"] < 0.75 * wall["night"]
