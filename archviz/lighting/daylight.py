"""From a sun and a weather to the light of the moment, exposed as a photographer would.

Radiances are relative: a white wall that faces the noon sun has radiance 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.illumination import Illumination
from archviz.core.place import SunDirection
from archviz.core.tone import luminance
from archviz.lighting.sky import sky_irradiance

__all__ = ["Weather", "air_mass", "daylight"]

Rgb = NDArray[np.float64]

# Vertical optical depths of a clear sea-level atmosphere at 610, 550 and 465 nm. Rayleigh:
# 0.008569 w^-4 (1 + 0.0113 w^-2 + 0.00013 w^-4), w in micrometres (Hansen, Travis 1974).
# Ozone: Chappuis band at 300 Dobson units. Aerosol: Angstrom's law, exponent 1.3.
_RAYLEIGH = np.array([0.0638, 0.0972, 0.1934])
_OZONE = np.array([0.035, 0.025, 0.004])
_AEROSOL_SLOPE = np.array([0.61, 0.55, 0.465]) ** -1.3
_TURBIDITY = (0.02, 0.17)  # Angstrom's beta at haze 0 and 1
# Above the air, white-balanced so that the noon sun at a turbidity of 0.06 comes out (3.0, 2.85, 2.6).
_SUN_ABOVE_AIR = np.array([3.75, 3.74, 3.78])

# Clear sky by the sun's altitude [degrees]: zenith and horizon radiance, set by eye after photographs.
_SKY_ALTITUDES = np.array([-18.0, -9.0, -6.0, -3.0, 0.0, 5.0, 15.0, 40.0, 90.0])
_SKY_ZENITH = np.array(
    [
        [0.0008, 0.0014, 0.0034],
        [0.0022, 0.0045, 0.0160],
        [0.0055, 0.0115, 0.0400],
        [0.0115, 0.0205, 0.0600],
        [0.0260, 0.0380, 0.0820],
        [0.0260, 0.0460, 0.0960],
        [0.0380, 0.0790, 0.1700],
        [0.0580, 0.1250, 0.2850],
        [0.0620, 0.1320, 0.3000],
    ]
)
_SKY_HORIZON = np.array(
    [
        [0.0011, 0.0016, 0.0032],
        [0.0060, 0.0065, 0.0155],
        [0.0155, 0.0175, 0.0330],
        [0.0620, 0.0440, 0.0480],
        [0.2050, 0.1000, 0.0560],
        [0.2250, 0.1360, 0.0760],
        [0.2150, 0.2300, 0.2550],
        [0.3100, 0.3950, 0.5000],
        [0.3250, 0.4150, 0.5250],
    ]
)
# About a low sun the sky itself glows, far more than its dimmed disc would tell: peak radiance by altitude.
_GLOW_ALTITUDES = np.array([-0.3, 0.6, 2.0, 5.0, 10.0, 20.0])
_GLOW_PEAK = np.array([0.0, 0.42, 0.55, 0.38, 0.10, 0.0])
_GLOW_COLOR = np.array([1.00, 0.50, 0.20])

_LEAST_DIRECT = 1e-4  # direct light below this is none
_FULL_MOON = np.array([0.0170, 0.0190, 0.0230])  # far above the physical 1/400000: what a long exposure shows
_WARM_WINDOW = np.array([1.00, 0.62, 0.27])
_WARM_LAMP = np.array([1.00, 0.64, 0.30])
_WINDOW_RADIANCE = 0.065
_LAMP_INTENSITY = 1.2

# What is exposed for: a facade of this albedo. By its radiance, what it shows before the tone
# curve: full at noon, half under rain clouds or at dusk, a sixth at night, so that dark stays dark.
_GREY_FACADE = 0.35
_GREY_RADIANCE = np.array([0.0015, 0.006, 0.015, 0.05, 0.12, 0.25])
_GREY_SHOWN = np.array([0.040, 0.058, 0.095, 0.165, 0.25, 0.30])
# The horizon, with part of the glow, shows no more than this, as one exposes for the sky against
# the light.
_HORIZON_SHOWN = 0.85
_GLOW_METERED = 0.3
# What a moonlit night needs; a night without moon stays the darker one.
_LONGEST_EXPOSURE = 27.0


@dataclass(frozen=True, kw_only=True)
class Weather:
    """What air, clouds, rain and people add to the sun.

    Parameters
    ----------
    haze
        0 mountain air to 1 fog with about a kilometre of sight.
    cloud_cover
        0 clear to 1 overcast.
    wetness
        0 dry to 1 wet ground; with full cloud cover it rains and the dome darkens.
    lamps
        Whether street and garden lamps are on.
    window_lit_share
        Share of windows that are lit, 0 to 1.
    exposure_ev
        Correction of the exposure [stops].
    moon
        Whether a full moon shines; see :func:`daylight`.

    Raises
    ------
    OptionError
        A value is out of range.
    """

    haze: float = 0.15
    cloud_cover: float = 0.0
    wetness: float = 0.0
    lamps: bool = False
    window_lit_share: float = 0.0
    exposure_ev: float = 0.0
    moon: bool = False

    def __post_init__(self) -> None:
        for name in ("haze", "cloud_cover", "wetness", "window_lit_share"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise OptionError(f"weather {name} {value} is not accepted; give a number from 0 to 1")
        if not -8.0 <= self.exposure_ev <= 8.0:
            raise OptionError(f"weather exposure_ev {self.exposure_ev} is not accepted; give stops from -8 to 8")


def air_mass(altitude_deg: float) -> float:
    """Relative optical air mass towards an altitude; 1 at the zenith, 38 at the horizon and below.

    References
    ----------
    F. Kasten, A. T. Young, "Revised optical air mass tables and approximation formula",
    Applied Optics 28 (1989).
    """
    altitude = max(altitude_deg, 0.0)
    return 1.0 / (math.sin(math.radians(altitude)) + 0.50572 * (altitude + 6.07995) ** -1.6364)


def daylight(sun: SunDirection | None, weather: Weather) -> Illumination:
    """The light of a moment.

    Parameters
    ----------
    sun
        Where the sun stands; ``None`` is deep night. With ``weather.moon`` and a direction above
        the horizon, this is the moon, at night; below the horizon, the sun, and the full moon
        stands opposite to it.
    weather
        Air, clouds, rain, lamps.

    Returns
    -------
    Illumination
        Its ``sun`` is ``None`` where nothing casts a shadow: twilight, deep night, overcast.
    """
    if weather.moon and sun is not None and sun.altitude_deg < 0:
        sun = SunDirection(altitude_deg=-sun.altitude_deg, azimuth_deg=sun.azimuth_deg + 180)
    altitude = -18.0 if sun is None or weather.moon else sun.altitude_deg
    direct = _FULL_MOON if weather.moon and sun is not None else _sunlight(altitude, weather)
    zenith, horizon = _clear_sky(altitude, weather.haze)
    elevation = 0.0 if sun is None else max(0.0, float(sun.vector[2]))
    zenith, horizon = _clouded(zenith, horizon, direct * elevation, weather)
    # Thin and broken cloud lets the sun through; a closed cover does not.
    direct = direct * (1 - _smoothstep(0.35, 0.95, weather.cloud_cover))
    if sun is None or direct.max() < _LEAST_DIRECT:
        sun, direct = None, np.zeros(3)
    glow = np.zeros(3) if sun is None else _glow(direct, altitude, weather)
    light = Illumination(
        sun=sun,
        sun_irradiance=_rgb(direct),
        zenith_radiance=_rgb(zenith),
        horizon_radiance=_rgb(horizon),
        glow_radiance=_rgb(glow),
        window_radiance=_rgb(_WARM_WINDOW * _WINDOW_RADIANCE),
        window_lit_share=weather.window_lit_share,
        lamp_intensity=_rgb(_WARM_LAMP * (_LAMP_INTENSITY if weather.lamps else 0.0)),
        haze_per_m=4e-5 * 100**weather.haze,
        cloud_cover=weather.cloud_cover,
        wetness=weather.wetness,
    )
    return replace(light, exposure=_exposure(light) * 2**weather.exposure_ev)


def _sunlight(altitude_deg: float, weather: Weather) -> Rgb:
    """Irradiance of the unclouded sun on a plane that faces it."""
    if altitude_deg <= -0.3:
        return np.zeros(3)
    beta = _TURBIDITY[0] + (_TURBIDITY[1] - _TURBIDITY[0]) * weather.haze
    depth = _RAYLEIGH + _OZONE + beta * _AEROSOL_SLOPE
    return _SUN_ABOVE_AIR * np.exp(-depth * air_mass(altitude_deg)) * _smoothstep(-0.3, 0.6, altitude_deg)


def _clear_sky(altitude_deg: float, haze: float) -> tuple[Rgb, Rgb]:
    """Zenith and horizon radiance of the cloudless sky; haze pales the zenith and lifts the horizon."""
    zenith, horizon = (
        np.exp([np.interp(altitude_deg, _SKY_ALTITUDES, np.log(table[:, k])) for k in range(3)])
        for table in (_SKY_ZENITH, _SKY_HORIZON)
    )
    pale = np.mean(horizon) * 0.4 + horizon * 0.6
    return zenith + (0.8 * pale - zenith) * 0.4 * haze, horizon + (1.1 * pale - horizon) * 0.5 * haze


def _clouded(zenith: Rgb, horizon: Rgb, direct_on_ground: Rgb, weather: Weather) -> tuple[Rgb, Rgb]:
    """Zenith and horizon radiance under clouds.

    A closed cover lets a quarter of the global irradiance through (F. Kasten, G. Czeplak, "Solar
    and terrestrial radiation dependent on the amount and type of cloud", 1980); rain clouds less.
    The dome is brighter above than at the horizon, as the CIE's overcast sky is.
    """
    # The lobes' irradiance on the ground: pi for a uniform sky, 2 pi / 2.45 for the zenith's weight.
    above = horizon * np.pi + (zenith - horizon) * 2.565
    through = 0.25 * (1 - 0.45 * weather.wetness)
    grey = luminance(above + direct_on_ground).item() * through
    dome = grey / 2.85 * np.array([0.97, 1.0, 1.05]) ** (1 + weather.wetness)
    share = weather.cloud_cover**2
    return zenith + (dome - zenith) * share, horizon + (0.72 * dome - horizon) * share


def _glow(direct: Rgb, altitude_deg: float, weather: Weather) -> Rgb:
    """Radiance added about the sun's disc: haze scatters forward, and a low sun reddens the air before it."""
    aureole = direct / np.pi * (0.10 + 0.35 * weather.haze)
    low = np.interp(altitude_deg, _GLOW_ALTITUDES, _GLOW_PEAK) * _GLOW_COLOR
    return aureole + low * (1 - weather.cloud_cover) ** 2


def _exposure(light: Illumination) -> float:
    """Exposure for a grey facade and the ground before it, held back where the sky is bright."""
    planes = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    irradiance = luminance(sky_irradiance(planes, light))
    direct = luminance(np.array(light.sun_irradiance)).item()
    if light.sun is not None:
        rise = math.radians(max(light.sun.altitude_deg, 0.0))
        # The facade stands 60 degrees off the sun's azimuth: neither the bright nor the dark side.
        share = np.array([0.5 * math.cos(rise), math.sin(rise)], dtype=np.float32)
        irradiance = irradiance + np.float32(direct) * share
    grey = float(irradiance.mean()) * _GREY_FACADE / math.pi
    shown = float(np.interp(math.log(grey), np.log(_GREY_RADIANCE), _GREY_SHOWN))
    horizon = luminance(np.add(light.horizon_radiance, np.multiply(light.glow_radiance, _GLOW_METERED))).item()
    return min(shown / grey, _HORIZON_SHOWN / horizon, _LONGEST_EXPOSURE)


def _smoothstep(low: float, high: float, value: float) -> float:
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3 - 2 * t)


def _rgb(values: Rgb) -> tuple[float, float, float]:
    r, g, b = (float(v) for v in values)
    return (r, g, b)
