"""Sun study: shadows over the day, the sun's path, and hours of direct sun."""

from archviz.light_transport.sun_study.hours import ORIENTATIONS, ElementSun
from archviz.light_transport.sun_study.study import OPEN_GROUND, SunStudy, table_csv

__all__ = ["OPEN_GROUND", "ORIENTATIONS", "ElementSun", "SunStudy", "table_csv"]
