"""The light of a moment, as numbers, and what it does to each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.maps import ColorMap, LightMap
from archviz.core.place import SunDirection

__all__ = ["SKY_EXPONENT", "Illumination", "LightBuffer", "sky_weight"]

Rgb = tuple[float, float, float]

# The sky is a mix of two lobes, horizon and zenith, weighed by the sine of the altitude to this
# power. Two lobes keep the sky linear: a path tracer renders each once, and any sky is a sum.
SKY_EXPONENT = 0.45


def sky_weight(up: NDArray[np.floating]) -> NDArray[np.float32]:
    """Share of the zenith lobe in a direction whose vertical component is ``up``: 0 at the horizon and below."""
    return np.clip(np.asarray(up, dtype=np.float32), 0.0, 1.0) ** np.float32(SKY_EXPONENT)


@dataclass(frozen=True, kw_only=True)
class Illumination:
    """Sun, sky, air and lamps of one moment. Colours are linear RGB, relative to one another.

    Parameters
    ----------
    sun
        Direction to the sun or moon; ``None`` where there is no direct light.
    sun_irradiance
        On a plane that faces the sun.
    zenith_radiance, horizon_radiance
        Of the sky's two lobes: ``horizon + (zenith - horizon) * sky_weight(z)``.
    glow_radiance
        Added around the sun in the visible sky, where the haze scatters forward.
    window_radiance
        Of a lit window seen from outside.
    window_lit_share
        Share of windows that are lit; which ones, the seed decides.
    lamp_intensity
        Radiant intensity of one street or garden lamp, times metres squared of irradiance.
    haze_per_m
        Extinction of the air; haze has the horizon's colour.
    cloud_cover
        0 clear to 1 overcast: what the sky's pixels show.
    wetness
        0 dry to 1 wet ground.
    exposure
        Factor from radiance to the tone curve's input.
    """

    sun: SunDirection | None
    sun_irradiance: Rgb
    zenith_radiance: Rgb
    horizon_radiance: Rgb
    glow_radiance: Rgb = (0.0, 0.0, 0.0)
    window_radiance: Rgb = (0.0, 0.0, 0.0)
    window_lit_share: float = 0.0
    lamp_intensity: Rgb = (0.0, 0.0, 0.0)
    haze_per_m: float = 0.0
    cloud_cover: float = 0.0
    wetness: float = 0.0
    exposure: float = 1.0

    def __post_init__(self) -> None:
        for name in (
            "sun_irradiance",
            "zenith_radiance",
            "horizon_radiance",
            "glow_radiance",
            "window_radiance",
            "lamp_intensity",
        ):
            values = tuple(float(v) for v in getattr(self, name))
            if len(values) != 3 or not all(0.0 <= v < 1e6 for v in values):
                raise OptionError(f"light {name} {values} needs three numbers from 0")
            object.__setattr__(self, name, values)
        for name in ("window_lit_share", "cloud_cover", "wetness"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise OptionError(f"light {name} {getattr(self, name)} is not between 0 and 1")
        if not (0.0 <= self.haze_per_m <= 1.0 and 0.0 < self.exposure <= 1e4):
            raise OptionError(f"light haze_per_m {self.haze_per_m} or exposure {self.exposure} is out of range")


@dataclass(frozen=True, eq=False, kw_only=True)
class LightBuffer:
    """What the light does to each pixel of a G-buffer.

    Parameters
    ----------
    illumination
        The light it was made under.
    sun_visible
        1 where the sun's disc is seen from the surface, 0 in cast shadow and in the sky.
    sun_shading
        ``sun_visible`` times the cosine between normal and sun.
    ambient_occlusion
        Share of the open hemisphere, cosine-weighted; 1 in the open, 0 in the sky's pixels.
    emission
        Lamp light and lit windows, squashed to [0, 1].
    deferred
        Display colour: base colour times all light, plus haze, through the tone curve; analytic
        sky in the sky's pixels; one mirror ray on glass and water.
    """

    illumination: Illumination
    sun_visible: LightMap
    sun_shading: LightMap
    ambient_occlusion: LightMap
    emission: LightMap
    deferred: ColorMap
