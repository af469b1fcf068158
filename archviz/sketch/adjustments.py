"""What is wanted of a drawing before its lines are taken: page, straightening, repair, strokes, crop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from archviz.core.errors import FileFormatError, OptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "AS_FOUND",
    "Adjustments",
    "NotesMode",
    "PaperMode",
    "ShowsMode",
    "Stroke",
    "damage_from_mask",
    "outlines_of_mask",
]

PaperMode = Literal["straighten", "as-is"]
NotesMode = Literal["drop", "keep"]
ShowsMode = Literal["auto", "view"]
Point = tuple[float, float]

_MOST_PAGES = 10_000
# Of all strokes and marks: they stand in the recipe of every picture.
_MOST_POINTS = 20_000
_LEAST_CROP = 0.02
_MOST_TURN_DEG = 180.0
_WIDEST_STROKE = 0.5
_MARKED = 127
# Less of the picture within four corners is no sheet.
_LEAST_SHEET = 0.01


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A line of the pen or of the eraser.

    Parameters
    ----------
    points
        (x, y) in shares of the page's width and height, 0 at the left and at the top.
    width
        Share of the page's longer side.
    erase
        Whether it takes away instead of drawing.
    """

    points: tuple[Point, ...]
    width: float = 0.002
    erase: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _points("stroke", self.points))
        if not self.points:
            raise OptionError("a stroke has no points; give at least one")
        if not 0.0 < self.width <= _WIDEST_STROKE:
            raise OptionError(f"stroke width {self.width} is not accepted; give a share of the page up to 0.5")


@dataclass(frozen=True, kw_only=True)
class Adjustments:
    """Everything that is done to a drawing as it is read; a value that a recipe holds.

    It happens in the order of the fields. Marks and strokes lie on the upright page, before it is turned
    and cropped, so that another turn or crop leaves them where they are.

    Parameters
    ----------
    page
        Of a PDF or TIFF with several, from 1.
    paper
        ``"straighten"`` looks for a sheet of paper in a photograph, takes its perspective and shadows away;
        ``"as-is"`` leaves the picture alone.
    corners
        The sheet's corners from the top left clockwise, in shares of the picture as it came, which is then
        straightened by them; ``None`` leaves that to ``paper``.
    repair
        Whether tears, stains and faded places are looked for and mended.
    damage
        Places to be mended whatever they hold: polygons of (x, y) in shares of the page.
    strokes
        What is erased and redrawn, in this order.
    turn_deg
        Clockwise, about the page's middle [degrees].
    crop
        Left, top, right and bottom of what is kept, in shares of the turned page; ``None`` keeps all.
    notes
        ``"drop"`` leaves writing and coloured pencil out of a drawing in lines; ``"keep"`` takes them for lines.
    shows
        ``"auto"`` refuses what is certainly a floor plan; ``"view"`` draws it all the same.

    Raises
    ------
    OptionError
        A value is out of range.
    """

    page: int = 1
    paper: PaperMode = "straighten"
    corners: tuple[Point, ...] | None = None
    repair: bool = False
    damage: tuple[tuple[Point, ...], ...] = ()
    strokes: tuple[Stroke, ...] = ()
    turn_deg: float = 0.0
    crop: tuple[float, float, float, float] | None = None
    notes: NotesMode = "drop"
    shows: ShowsMode = "auto"

    def __post_init__(self) -> None:
        if isinstance(self.page, bool) or not isinstance(self.page, int) or not 1 <= self.page <= _MOST_PAGES:
            raise OptionError(f"page {self.page!r} is not accepted; give a whole number from 1 to {_MOST_PAGES}")
        for name, value, choices in (
            ("paper", self.paper, PaperMode),
            ("notes", self.notes, NotesMode),
            ("shows", self.shows, ShowsMode),
        ):
            if value not in get_args(choices):
                raise OptionError(f"{name} {value!r} is not accepted; give one of {', '.join(get_args(choices))}")
        if self.corners is not None:
            object.__setattr__(self, "corners", _checked_corners(self.corners))
        object.__setattr__(self, "damage", tuple(_points("damage", polygon) for polygon in self.damage))
        object.__setattr__(self, "strokes", tuple(self.strokes))
        if any(len(polygon) < 3 for polygon in self.damage):
            raise OptionError("a marked place has fewer than three corners; give its outline")
        count = sum(map(len, self.damage)) + sum(len(stroke.points) for stroke in self.strokes)
        if count > _MOST_POINTS:
            raise OptionError(f"marks and strokes of {count} points are too many; give up to {_MOST_POINTS}")
        if not -_MOST_TURN_DEG <= self.turn_deg <= _MOST_TURN_DEG:
            raise OptionError(f"turn {self.turn_deg} is not accepted; give degrees from -180 to 180")
        if self.crop is not None:
            object.__setattr__(self, "crop", _checked_crop(self.crop))

    @property
    def as_found(self) -> Adjustments:
        """The same page as it came."""
        return replace(AS_FOUND, page=self.page)

    @property
    def upright(self) -> Adjustments:
        """What makes the upright page that marks and strokes lie on, and no more."""
        return replace(self, strokes=(), turn_deg=0.0, crop=None, notes="keep")

    def to_json(self) -> dict[str, Any]:
        """What differs from leaving a drawing as it is, as JSON."""
        blank = Adjustments()
        return {name: value for name, value in asdict(self).items() if value != getattr(blank, name)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Adjustments:
        """Read :meth:`to_json` back.

        Raises
        ------
        OptionError
            A field is unknown or not accepted.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise OptionError(
                f"adjustments {', '.join(unknown)} are not known; give some of {', '.join(sorted(known))}"
            )
        given = dict(data)
        try:
            given["strokes"] = tuple(Stroke(**stroke) for stroke in data.get("strokes", ()))
            return cls(**given)
        except (TypeError, ValueError) as error:
            raise OptionError(f"adjustments cannot be read ({error}); give them as archviz wrote them") from error


# Nothing is done to it; recipes of before there were adjustments mean this.
AS_FOUND = Adjustments(paper="as-is", notes="keep")


def _points(what: str, points: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    made = tuple((float(x), float(y)) for x, y in points)
    # A stroke may run over the edge of its page.
    if not all(-1.0 <= v <= 2.0 for point in made for v in point):
        raise OptionError(f"{what}: a point lies far outside the page; give shares of its width and height, 0 to 1")
    return made


def _checked_crop(crop: Sequence[float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(v) for v in crop)
    inside = all(math.isfinite(v) and 0.0 <= v <= 1.0 for v in (left, top, right, bottom))
    if not (inside and right - left >= _LEAST_CROP and bottom - top >= _LEAST_CROP):
        raise OptionError(
            f"crop {left:g},{top:g},{right:g},{bottom:g} is not accepted; "
            "give left,top,right,bottom from 0 to 1, each pair at least 0.02 apart"
        )
    return left, top, right, bottom


def _checked_corners(corners: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    made = tuple((float(x), float(y)) for x, y in corners)
    told = "corners {} are not accepted; give four points from 0 to 1, clockwise from the sheet's top left"
    words = " ".join(f"{x:g},{y:g}" for x, y in made)
    if len(made) != 4 or not all(math.isfinite(v) and 0.0 <= v <= 1.0 for point in made for v in point):
        raise OptionError(told.format(words))
    doubled = 0.0
    for (x0, y0), (x1, y1), (x2, y2) in zip(made, made[1:] + made[:1], made[2:] + made[:2], strict=True):
        doubled += x0 * y1 - x1 * y0
        # A perspective view of a sheet bulges nowhere inwards.
        if (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) <= 0:
            raise OptionError(told.format(words))
    if doubled / 2 < _LEAST_SHEET:
        raise OptionError(told.format(words))
    return made


def damage_from_mask(path: Path) -> tuple[tuple[Point, ...], ...]:
    """Outlines of the white places of a mask image that lies over the page.

    Raises
    ------
    FileFormatError
        It cannot be read, or nothing in it is white.
    """
    import cv2

    from archviz.sketch.isolated import load_drawing_isolated

    array = load_drawing_isolated(path, AS_FOUND).array
    mask = (cv2.cvtColor(array, cv2.COLOR_RGB2GRAY) > _MARKED).astype("uint8")
    if not mask.any():
        raise FileFormatError(f"{path}: nothing in it is white; paint what is to be mended white on black")
    return outlines_of_mask(mask > 0)


def outlines_of_mask(mask: NDArray[np.bool_], *, tolerance_px: float = 0.0) -> tuple[tuple[Point, ...], ...]:
    """Outlines of marked places, in shares of the page.

    Parameters
    ----------
    mask
        (H, W) bool, over the page.
    tolerance_px
        How far an outline may pass its place's pixels, for fewer corners.
    """
    import cv2

    outlines, _ = cv2.findContours(mask.astype("uint8"), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if tolerance_px:
        outlines = [cv2.approxPolyDP(outline, tolerance_px, True) for outline in outlines]
    height, width = mask.shape
    # A contour runs through the middles of a place's outermost pixels.
    corners = [[((x + 0.5) / width, (y + 0.5) / height) for x, y in outline[:, 0]] for outline in outlines]
    return tuple(_filled_out(points, width, height) for points in corners)


def _filled_out(points: list[Point], width: int, height: int) -> tuple[Point, ...]:
    """A single pixel or line as a polygon: it fills the same pixels."""
    if len(points) >= 3:
        return tuple(points)
    (x0, y0), (x1, y1) = points[0], points[-1]
    return ((x0, y0), (x1, y1), (x1, y1))
