"""Sun, sky and weather as numbers; knows no geometry."""

from archviz.lighting.daylight import Weather, air_mass, daylight
from archviz.lighting.sky import sky_irradiance, sky_radiance
from archviz.lighting.solar import SunDay, aware_time, solar_position, sun_day

__all__ = [
    "SunDay",
    "Weather",
    "air_mass",
    "aware_time",
    "daylight",
    "sky_irradiance",
    "sky_radiance",
    "solar_position",
    "sun_day",
]
