"""What stands under and around the pictures of a sun study: hour, sun, north, scale, legend, contact sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.light_transport.sun_study.clay import heat_color
from archviz.light_transport.sun_study.figure import INK, PALE, Disc, Figure, Line, Mark, Point, Words, text_width
from archviz.light_transport.sun_study.seen import PlanFrame

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Compass", "StripMarks", "captioned", "contact_sheet", "heat_legend", "scale_bar", "strip_height"]

Picture = NDArray[np.uint8]

_GREY = (112, 116, 122)
_SUN = (246, 184, 48)
_NORTH = (200, 60, 40)
# Of a picture's width: the strip under it.
_STRIP_SHARE, _LEAST_STRIP_PX = 0.095, 40
# A level disc seen from a camera near the ground would be a line; it is drawn no flatter than this.
_FLATTEST = 0.62
_THUMB_PX = 232
_GAP_PX = 10


@dataclass(frozen=True, eq=False, kw_only=True)
class Compass:
    """How directions on the ground run in a picture.

    Parameters
    ----------
    to_screen
        (2, 2) from the model's x and y to the picture's x right and y down.
    north_deg
        Azimuth of true north in the model [degrees].
    """

    to_screen: NDArray[np.float64]
    north_deg: float

    @classmethod
    def of_plan(cls, frame: PlanFrame) -> Compass:
        """True north is at the top of a plan."""
        return cls(to_screen=frame.axes() * [[1.0], [-1.0]], north_deg=frame.north_deg)

    @classmethod
    def of_camera(cls, camera: Camera, north_deg: float) -> Compass:
        """A disc on the ground as the camera sees it, turned to the view direction."""
        right, _, forward = camera.basis()
        ahead = np.array([-right[1], right[0]])
        flat = max(_FLATTEST, abs(float(forward[2])))
        return cls(to_screen=np.stack([right[:2], -flat * ahead]), north_deg=north_deg)

    def direction(self, azimuth_deg: float) -> Point:
        """Where a true azimuth points in the picture, for a compass of radius 1."""
        azimuth = math.radians(azimuth_deg + self.north_deg)
        x, y = self.to_screen @ (math.sin(azimuth), math.cos(azimuth))
        return (float(x), float(y))

    def marks(self, center: Point, radius: float, sun: SunDirection | None) -> Iterator[Mark]:
        """The rim, a needle to true north with its letter, and the sun's azimuth."""

        def at(azimuth: float, share: float) -> Point:
            x, y = self.direction(azimuth)
            return (center[0] + share * radius * x, center[1] + share * radius * y)

        yield Line(points=[at(a, 0.72) for a in range(0, 361, 10)], color=PALE, width=1.0)
        yield Line(points=(at(0, 0.66), at(145, 0.46), at(180, 0.2), at(215, 0.46)), color=_NORTH, fill=_NORTH)
        yield Words(at=at(0, 0.92), text="N", size=max(9.0, 0.4 * radius), color=_NORTH, anchor="m", halo=True)
        if sun is not None:
            yield Disc(center=at(sun.azimuth_deg, 0.72), radius=0.13 * radius, color=INK, width=1.0, fill=_SUN)


@dataclass(frozen=True, kw_only=True)
class StripMarks:
    """Marks in the pixels of a strip, and the width before the compass that they take [px]."""

    marks: tuple[Mark, ...]
    width_px: float


def strip_height(width: int) -> int:
    """Height of the strip under a picture [px]."""
    return max(_LEAST_STRIP_PX, round(_STRIP_SHARE * width))


def captioned(
    picture: Picture,
    lines: tuple[str, str],
    *,
    compass: Compass,
    sun: SunDirection | None = None,
    more: StripMarks | None = None,
) -> Image.Image:
    """A picture over a white strip with two lines of text and the compass.

    Parameters
    ----------
    picture
        (H, W, 3) uint8.
    lines
        What is written, the first larger.
    compass, sun
        Of the picture; the true sun's azimuth is marked on the compass.
    more
        A scale bar or a legend before the compass.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    strip = strip_height(width)
    margin, radius = 0.25 * strip, 0.46 * strip
    room = width - 2 * margin - 2 * radius - (more.width_px if more else 0.0)
    marks: list[Mark] = list(more.marks) if more else []
    for text, share, y, color in ((lines[0], 0.34, 0.32, INK), (lines[1], 0.27, 0.71, _GREY)):
        size = share * strip
        size *= min(1.0, room / text_width(text, size))
        marks.append(Words(at=(margin, y * strip), text=text, size=size, color=color))
    marks += compass.marks((width - margin / 2 - radius, 0.54 * strip), radius, sun)
    sheet = Image.new("RGB", (width, height + strip))
    sheet.paste(Image.fromarray(picture), (0, 0))
    sheet.paste(Figure(size=Size(height=strip, width=width), marks=tuple(marks)).image(), (0, height))
    return sheet


def scale_bar(metres_per_px: float, width: int) -> StripMarks:
    """A bar of a round length for the strip of a plan that is ``width`` pixels wide."""
    strip = strip_height(width)
    longest = 0.14 * width * metres_per_px
    power = 10.0 ** math.floor(math.log10(longest))
    length = max(step * power for step in (1, 2, 5) if step * power <= longest)
    right = width - 1.35 * strip
    left, y, tick = right - length / metres_per_px, 0.68 * strip, 0.08 * strip
    ends = [Line(points=((x, y - tick), (x, y + tick)), width=1.5) for x in (left, right)]
    label = Words(at=((left + right) / 2, 0.36 * strip), text=f"{length:g} m", size=0.27 * strip, anchor="m")
    bar = Line(points=((left, y), (right, y)), width=1.5)
    return StripMarks(marks=(bar, *ends, label), width_px=right - left + 0.9 * strip)


def heat_legend(most_h: int, width: int) -> StripMarks:
    """The colours of sun hours, up to ``most_h``, for the strip of a picture that is ``width`` pixels wide."""
    strip = strip_height(width)
    length, right = 0.38 * width, width - 1.35 * strip
    left, top, bottom = right - length, 0.2 * strip, 0.5 * strip
    steps = 96
    marks: list[Mark] = []
    for k in range(steps):
        r, g, b = (int(255 * c + 0.5) for c in heat_color(np.array((k + 0.5) / steps)))
        x0, x1 = left + length * k / steps, left + length * (k + 1) / steps
        box = ((x0, top), (x1, top), (x1, bottom), (x0, bottom))
        marks.append(Line(points=box, color=(r, g, b), width=0.0, fill=(r, g, b)))
    size = 0.22 * strip
    # Numbers that stand clear of one another.
    step = next(h for h in (1, 2, 3, 4, 6, 12, 24) if length * h / most_h > 1.3 * text_width("12 h", size))
    for hour in range(0, most_h + 1, step):
        x = left + length * hour / most_h
        marks.append(Line(points=((x, bottom), (x, bottom + 0.06 * strip)), color=INK))
        marks.append(Words(at=(x, 0.74 * strip), text=f"{hour} h", size=size, anchor="m"))
    return StripMarks(marks=tuple(marks), width_px=length + 0.9 * strip)


def contact_sheet(
    title: str, rows: Mapping[str, Mapping[datetime, Picture]], compass: Compass, *, note: str
) -> Image.Image:
    """All pictures of one view: a row a day, a column for each hour of the clock.

    Parameters
    ----------
    title, note
        Written over the pictures.
    rows
        Name of the day -> moment -> picture; a day without sun has none.
    compass
        Of the view.
    """
    from PIL import Image

    hours = sorted({moment.strftime("%H:%M") for row in rows.values() for moment in row})
    first = next(picture for row in rows.values() for picture in row.values())
    thumb = (_THUMB_PX, round(_THUMB_PX * first.shape[0] / first.shape[1]))
    head, side, pitch = 118, 128, (thumb[0] + _GAP_PX, thumb[1] + _GAP_PX)
    written = round(max(text_width(title, 28), text_width(note, 17))) + 150
    width = max(side + len(hours) * pitch[0] + _GAP_PX, written)
    size = Size(height=head + len(rows) * pitch[1] + _GAP_PX, width=width)
    marks: list[Mark] = [
        Words(at=(20, 32), text=title, size=28),
        Words(at=(20, 66), text=note, size=17, color=_GREY),
        *compass.marks((size.width - 60, 58), 48, None),
    ]
    for column, hour in enumerate(hours):
        marks.append(Words(at=(side + column * pitch[0] + thumb[0] / 2, head - 16), text=hour, size=18, anchor="m"))
    for row, day in enumerate(rows):
        marks.append(Words(at=(20, head + row * pitch[1] + thumb[1] / 2), text=day, size=18))
        if not rows[day]:
            at = (side + 10, head + row * pitch[1] + thumb[1] / 2)
            marks.append(Words(at=at, text="the sun does not rise", size=18, color=_GREY))
    sheet = Figure(size=size, marks=tuple(marks)).image()
    for row, pictures in enumerate(rows.values()):
        for moment, picture in pictures.items():
            column = hours.index(moment.strftime("%H:%M"))
            small = Image.fromarray(picture).resize(thumb, Image.Resampling.LANCZOS)
            sheet.paste(small, (side + column * pitch[0], head + row * pitch[1]))
    return sheet
