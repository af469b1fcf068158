"""Which light a picture gets: the rules of place, moment and lighting preset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.illumination import Illumination
from archviz.core.place import Place, SunDirection
from archviz.lighting.daylight import Weather, daylight
from archviz.lighting.solar import SunDay, aware_time, solar_position, sun_day
from archviz.presets import LightingPreset, lighting
from archviz.render.request import DEFAULT_LIGHTING

__all__ = ["ResolvedLight", "daylight_hours", "fitting_lighting", "resolve_light", "view_azimuth_deg"]

# Upper limb on the horizon with standard refraction: the definition of sunrise and sunset.
_RISE_ALTITUDE_DEG = -0.833
_LOW_SUN_DEG = 12.0  # presets at or under it speak of a low sun ...
_LOW_SUN_LIMIT_DEG = 25.0  # ... which no longer holds above this
_TWILIGHT_DEG = (-12.0, 0.5)  # civil and nautical dusk
_NIGHT_DEG = -4.0
# The preset's own hour on this day stands for a place without a moment: day and night are equal everywhere.
_EQUINOX = date(2025, 3, 21)
_BEFORE_NOON = frozenset({"sunrise", "morning"})
_AFTER_NOON = frozenset({"sunset"})


@dataclass(frozen=True, kw_only=True)
class ResolvedLight:
    """The light of a picture.

    Parameters
    ----------
    lighting
        The preset that sets sky, weather and lamps.
    when, sun
        The moment and its real sun in the model's axes; ``None`` where the preset's own sun is used.
    illumination
        Numbers for light transport.
    assumptions, warnings
        What was decided in the user's place, and what has no effect.
    """

    lighting: LightingPreset
    when: datetime | None
    sun: SunDirection | None
    illumination: Illumination
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def view_azimuth_deg(camera: Camera | None) -> float:
    """Azimuth of the view direction, clockwise from the model's +Y; 0 without a camera [degrees]."""
    if camera is None:
        return 0.0
    x, y, _ = camera.basis()[2]
    return math.degrees(math.atan2(x, y)) % 360.0


def resolve_light(
    *,
    preset: str | None,
    place: Place | None,
    when: datetime | None,
    north_deg: float | None,
    camera: Camera | None,
) -> ResolvedLight:
    """Apply the rules.

    ``when`` sets the sun, and the preset may not contradict it. With a place alone, the preset's hour
    on 21 March there sets it. Without a place the preset's sun stands relative to the view.

    Parameters
    ----------
    preset
        Lighting id; ``None`` takes the one that fits the sun.
    place, when, north_deg
        As in :class:`archviz.render.RenderRequest`.
    camera
        The view; ``None`` for a drawing and for a text with imagined surroundings.

    Raises
    ------
    OptionError
        The preset is unknown or contradicts the sun, or a moment is given without a place.
    """
    if place is not None:
        return _real_light(preset, place, when, north_deg or 0.0)
    if when is not None:
        raise OptionError(
            f"when {when.isoformat()} needs a place; give --place LAT,LON, for example 10.82,106.63, or --city NAME"
        )
    chosen = lighting(preset or DEFAULT_LIGHTING)
    sun = SunDirection(
        altitude_deg=chosen.sun_altitude_deg,
        azimuth_deg=view_azimuth_deg(camera) + chosen.sun_azimuth_from_view_deg,
    )
    return ResolvedLight(
        lighting=chosen,
        when=None,
        sun=None,
        illumination=daylight(sun, _weather(chosen)),
        assumptions=("no place given: the sun stands where the lighting puts it, relative to the view",),
        warnings=()
        if north_deg is None
        else (f"north {north_deg:g} has no effect without a place: the lighting's sun is relative to the view",),
    )


def _real_light(preset: str | None, place: Place, when: datetime | None, north_deg: float) -> ResolvedLight:
    """The light under the sun of a place."""
    assumptions: list[str] = []
    if when is None:
        chosen = lighting(preset or DEFAULT_LIGHTING)
        moment = _equinox_moment(place, chosen.hour)
        assumptions.append(
            f"no moment given: {_clock(chosen.hour)} solar time on 21 March, the hour of lighting {chosen.id}"
        )
    else:
        moment = aware_time(place, when)
        chosen = lighting(preset or fitting_lighting(solar_position(place, moment), place, moment))
        if preset is None:
            assumptions.append(f"no lighting given: {chosen.id} fits the sun of the moment")
    real = solar_position(place, moment)
    _refuse_contradiction(chosen, real, place, moment)
    if chosen.moon:
        assumptions.append("a full moon stands opposite the sun; its real phase and position are not computed")
    sun = real.turned(north_deg)
    return ResolvedLight(
        lighting=chosen,
        when=moment,
        sun=sun,
        illumination=daylight(sun, _weather(chosen)),
        assumptions=tuple(assumptions),
        warnings=(),
    )


def fitting_lighting(sun: SunDirection, place: Place, when: datetime) -> str:
    """Id of the preset for a clear sky under the real sun of a place and moment."""
    altitude = sun.altitude_deg
    before_noon = _is_before_noon(place, when)
    if altitude < -8.0:
        return "night"
    if altitude < _RISE_ALTITUDE_DEG:
        return "blue-hour"
    if altitude < 4.0:
        return "sunrise" if before_noon else "sunset"
    if altitude < _LOW_SUN_DEG:
        return "golden-hour"
    return "morning" if before_noon and altitude < 50.0 else "noon"


def daylight_hours(place: Place, when: datetime) -> str:
    """``the sun is up from 05:31 to 18:16 (UTC+07:00)``, or that it does not rise or set that day."""
    day = _sun_day(place, when)
    if day.sunrise is None or day.sunset is None:
        up = solar_position(place, when).altitude_deg > _RISE_ALTITUDE_DEG
        return "the sun does not set that day" if up else "the sun does not rise that day"
    zone = when.tzinfo or day.solar_noon.tzinfo
    rise, fall = (moment.astimezone(zone) for moment in (day.sunrise, day.sunset))
    # A zone's own name may be no more than "+07".
    return f"the sun is up from {rise:%H:%M} to {fall:%H:%M} (UTC{rise.isoformat()[-6:]})"


def _refuse_contradiction(chosen: LightingPreset, sun: SunDirection, place: Place, when: datetime) -> None:
    """Raise where the preset speaks of another sun than the moment's."""
    altitude = sun.altitude_deg
    if chosen.moon:
        wanted = None if altitude < _NIGHT_DEG else "a dark sky"
    elif chosen.sun_altitude_deg <= 0.0:
        wanted = None if _TWILIGHT_DEG[0] <= altitude <= _TWILIGHT_DEG[1] else "twilight"
    elif altitude < _RISE_ALTITUDE_DEG:
        wanted = "a sun above the horizon"
    elif chosen.sun_altitude_deg <= _LOW_SUN_DEG and altitude > _LOW_SUN_LIMIT_DEG:
        wanted = f"a sun under {_LOW_SUN_LIMIT_DEG:g} degrees"
    elif chosen.id in _BEFORE_NOON and not _is_before_noon(place, when):
        wanted = "the hours before noon"
    elif chosen.id in _AFTER_NOON and _is_before_noon(place, when):
        wanted = "the hours after noon"
    else:
        wanted = None
    if wanted is not None:
        fits = fitting_lighting(sun, place, when)
        raise OptionError(
            f"lighting {chosen.id!r} contradicts the moment {when.isoformat()}: it needs {wanted}, the sun stands at"
            f" {altitude:.1f} degrees; {daylight_hours(place, when)}; change the hour or give lighting {fits}"
        )


def _equinox_moment(place: Place, hour: float) -> datetime:
    """UTC moment of a solar hour on the equinox at a place."""
    noon = sun_day(place, _EQUINOX).solar_noon
    return (noon + timedelta(hours=hour - 12.0)).astimezone(UTC).replace(microsecond=0)


def _is_before_noon(place: Place, when: datetime) -> bool:
    return when < _sun_day(place, when).solar_noon


def _sun_day(place: Place, when: datetime) -> SunDay:
    """The sun's day on the calendar of the place, whatever offset the moment is written in."""
    day = sun_day(place, when.date())
    local = when.astimezone(day.solar_noon.tzinfo).date()
    return day if local == when.date() else sun_day(place, local)


def _clock(hour: float) -> str:
    minutes = round(hour * 60)
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _weather(preset: LightingPreset) -> Weather:
    return Weather(
        haze=preset.haze,
        cloud_cover=preset.cloud_cover,
        wetness=preset.wetness,
        lamps=preset.lamps,
        window_lit_share=preset.window_lit_share,
        exposure_ev=preset.exposure_ev,
        moon=preset.moon,
    )
