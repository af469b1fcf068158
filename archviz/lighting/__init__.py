"""Sun, sky and weather as numbers; knows no geometry."""

from archviz.lighting.daylight import Weather, air_mass, daylight
from archviz.lighting.sky import sky_irradiance, sky_radiance
from archviz.lighting.solar import SunDay, aware_time, solar_position, solar_positions, sun_day, time_zone
from archviz.lighting.sun_track import SunTrack, clock_hours, sun_span, sun_track

__all__ = [
    "SunDay",
    "SunTrack",
    "Weather",
    "air_mass",
    "aware_time",
    "clock_hours",
    "daylight",
    "sky_irradiance",
    "sky_radiance",
    "solar_position",
    "solar_positions",
    "sun_day",
    "sun_span",
    "sun_track",
    "time_zone",
]
