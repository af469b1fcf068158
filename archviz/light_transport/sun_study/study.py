"""The sun study of a building: shadows over the day, sun path, hours of direct sun."""

from __future__ import annotations

import csv
import functools
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport.sun_study.clay import Clay
from archviz.light_transport.sun_study.diagram import characteristic_days, day_name, place_name, sun_path, utc_offset
from archviz.light_transport.sun_study.figure import Figure
from archviz.light_transport.sun_study.hours import ElementSun, element_hours
from archviz.light_transport.sun_study.seen import PlanFrame, see_from_above, see_through
from archviz.light_transport.sun_study.sheets import (
    Compass,
    StripMarks,
    captioned,
    contact_sheet,
    heat_legend,
    scale_bar,
)
from archviz.lighting.sun_track import SunTrack, clock_hours, sun_span, sun_track

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["OPEN_GROUND", "SunStudy", "table_csv"]

OPEN_GROUND = "ground around the building"
"""Element of the table: what the plan shows of the ground."""

Picture = NDArray[np.uint8]

# Pixels a side that make one of a picture: smooth edges of what is seen and of shadows.
_FINER = 2
# A sun that half stands on the horizon lights no ground: no picture is made of it.
_LOWEST_DEG = 0.5
_LEAST_SIDE_PX, _MOST_SIDE_PX = 256, 2048
_COLUMNS = ("element", "class", "orientation", "area_m2", "hours_mean", "hours_min", "hours_max")


@dataclass(frozen=True, eq=False, kw_only=True)
class _Angle:
    """From where a study looks, what it sees, and how its pictures are named."""

    kind: str
    title: str
    clay: Clay
    compass: Compass
    scale: StripMarks | None


@dataclass(frozen=True, eq=False, kw_only=True)
class SunStudy:
    """What is studied.

    Parameters
    ----------
    building, surroundings
        Two scenes; the building's elements are those of the table of hours.
    place, day
        Where, and the day that is looked at, beside the characteristic ones of its year.
    north_deg
        Azimuth of true north in the model, clockwise from its +Y axis [degrees].
    camera
        The view; its size is that of every picture, before the strip under it.

    Raises
    ------
    OptionError
        A side of the pictures is not from 256 to 2048 pixels.
    """

    building: Scene
    surroundings: Scene
    place: Place
    day: date
    north_deg: float
    camera: Camera

    def __post_init__(self) -> None:
        size = self.camera.size
        if not all(_LEAST_SIDE_PX <= side <= _MOST_SIDE_PX for side in size.shape):
            raise OptionError(
                f"size {size} is not accepted by a sun study; give WIDTHxHEIGHT with sides"
                f" from {_LEAST_SIDE_PX} to {_MOST_SIDE_PX}"
            )

    @property
    def days(self) -> tuple[date, ...]:
        """The day that is looked at, and the equinox and solstices of its year."""
        return tuple(dict.fromkeys((self.day, *characteristic_days(self.day.year))))

    @property
    def track(self) -> SunTrack:
        """The sun of the day in steps of ten minutes, in the model's axes."""
        return self._track.turned(self.north_deg)

    def shadows(self) -> Iterator[tuple[str, Image.Image]]:
        """Name and picture of every full hour of every day, from above and in the view, then two contact sheets."""
        for angle in (self._plan, self._view):
            rows: dict[str, dict[datetime, Picture]] = {}
            for day in self.days:
                row = rows.setdefault(day_name(day), {})
                hours = clock_hours(self.place, day)
                for moment, sun in zip(hours.moments, hours.suns, strict=True):
                    if sun.altitude_deg < _LOWEST_DEG:
                        continue
                    row[moment] = angle.clay.picture(sun.turned(self.north_deg))
                    lines = (
                        f"{day_name(day)}  {moment:%H:%M}  {utc_offset(moment)}",
                        f"sun {sun.altitude_deg:.1f}° high, azimuth {sun.azimuth_deg:.1f}° · {place_name(self.place)}",
                    )
                    name = f"shadows/{angle.kind}-{day.isoformat()}-{moment:%H%M}"
                    yield name, captioned(row[moment], lines, compass=angle.compass, sun=sun, more=angle.scale)
            if any(rows.values()):
                sheet = contact_sheet(angle.title, rows, angle.compass, note=place_name(self.place))
                yield f"shadows-{angle.kind}", sheet

    def path(self) -> Figure:
        """The sun-path diagram."""
        return sun_path(self.place, self.day)

    def heat_maps(self) -> Iterator[tuple[str, Image.Image]]:
        """Name and picture of the day's hours of direct sun, from above and in the view."""
        lines = (f"Hours of direct sun, {day_name(self.day)}", place_name(self.place))
        legend = heat_legend(self._most_h, self.camera.size.width)
        for angle in (self._plan, self._view):
            picture, _ = self._plan_heat if angle is self._plan else angle.clay.heat(self.track, self._most_h)
            yield f"hours-{angle.kind}", captioned(picture, lines, compass=angle.compass, more=legend)

    def table(self) -> tuple[ElementSun, ...]:
        """Hours of direct sun: the open ground of the plan, then each element by the way it faces."""
        seen = self._plan.clay.seen.elements[::_FINER, ::_FINER]
        parts = np.append(self._caster.scene.table.element_parts(), int(Part.SKY))
        hours = self._plan_heat[1][parts[seen] == int(Part.GROUND)]
        rows = element_hours(self._caster, self.track, own=len(self.building.table.elements), north_deg=self.north_deg)
        if not len(hours):
            return rows
        ground = ElementSun(
            element=OPEN_GROUND,
            class_name="ground",
            orientation="up",
            area_m2=len(hours) * self.frame.metres_per_px**2,
            mean_h=float(hours.mean(dtype=np.float64)),
            least_h=float(hours.min()),
            most_h=float(hours.max()),
        )
        return (ground, *rows)

    @functools.cached_property
    def day_length_h(self) -> float:
        """From sunrise to sunset of the day [hours]."""
        span = sun_span(self.place, self.day)
        return 0.0 if span is None else (span[1].timestamp() - span[0].timestamp()) / 3600

    @property
    def frame(self) -> PlanFrame:
        """The plan's frame."""
        return PlanFrame.around(self.building.building_bounds(), self.camera.size, self.north_deg)

    @property
    def _most_h(self) -> int:
        """Hours that the heat maps' last colour stands for: no surface sees more."""
        return max(1, math.ceil(self.day_length_h))

    @functools.cached_property
    def _track(self) -> SunTrack:
        return sun_track(self.place, self.day)

    @functools.cached_property
    def _caster(self) -> RayCaster:
        return RayCaster(self.building.merged(self.surroundings))

    @functools.cached_property
    def _plan(self) -> _Angle:
        seen = see_from_above(self._caster, self.frame.finer(_FINER))
        return _Angle(
            kind="plan",
            title="Shadows seen from above",
            clay=Clay.of(self._caster, seen, finer=_FINER),
            compass=Compass.of_plan(self.frame),
            scale=scale_bar(self.frame.metres_per_px, self.frame.size.width),
        )

    @functools.cached_property
    def _view(self) -> _Angle:
        size = self.camera.size
        finer = self.camera.resized(Size(height=size.height * _FINER, width=size.width * _FINER))
        return _Angle(
            kind="view",
            title="Shadows",
            clay=Clay.of(self._caster, see_through(self._caster, finer), finer=_FINER),
            compass=Compass.of_camera(self.camera, self.north_deg),
            scale=None,
        )

    @functools.cached_property
    def _plan_heat(self) -> tuple[Picture, NDArray[np.float32]]:
        return self._plan.clay.heat(self.track, self._most_h)


def table_csv(rows: tuple[ElementSun, ...]) -> str:
    """The table of hours as CSV (RFC 4180), with a line of column names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for row in rows:
        numbers = (f"{value:.2f}" for value in (row.area_m2, row.mean_h, row.least_h, row.most_h))
        writer.writerow([row.element, row.class_name, row.orientation, *numbers])
    return text.getvalue()
