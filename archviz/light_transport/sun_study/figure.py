"""Drawings of lines, discs and words, as SVG and as pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from archviz.core.errors import InternalError
from archviz.core.size import Size

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["INK", "PALE", "Color", "Disc", "Figure", "Line", "Point", "Words", "text_width"]

Color = tuple[int, int, int]
Point = tuple[float, float]

INK: Color = (34, 36, 40)
PALE: Color = (196, 199, 204)
_PAPER: Color = (255, 255, 255)
# Pixels a side that are drawn for one, so that Pillow's hard edges become smooth.
_FINER = 3
_HALO = 0.22  # white around words over lines, as a share of their size


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line through points; with ``fill``, the area that it encloses."""

    points: Sequence[Point]
    color: Color = INK
    width: float = 1.0
    fill: Color | None = None


@dataclass(frozen=True, kw_only=True)
class Disc:
    """A circle, outlined, filled or both."""

    center: Point
    radius: float
    color: Color | None = INK
    width: float = 1.0
    fill: Color | None = None


@dataclass(frozen=True, kw_only=True)
class Words:
    """A line of text, its middle height at ``at``.

    Parameters
    ----------
    at
        Where it stands.
    text
        ASCII letters, ``°`` and ``·``: what the font that comes along can draw.
    size
        Height of the font [px].
    anchor
        What of the text is at ``at``: l left end, m middle, r right end.
    halo
        Whether white keeps it clear of lines.
    """

    at: Point
    text: str
    size: float
    color: Color = INK
    anchor: str = "l"
    halo: bool = False


Mark = Line | Disc | Words


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Marks on white paper, drawn in their order; x to the right and y down from the top left corner [px]."""

    size: Size
    marks: tuple[Mark, ...]

    def svg(self) -> str:
        """The figure as an SVG document."""
        width, height = self.size.width, self.size.height
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            ' font-family="Helvetica, Arial, sans-serif">',
            f'<rect width="{width}" height="{height}" fill="{_hex(_PAPER)}"/>',
            *(_svg_mark(mark) for mark in self.marks),
            "</svg>",
        ]
        return "\n".join(lines) + "\n"

    def image(self) -> Image.Image:
        """The figure as an RGB picture of its size."""
        from PIL import Image, ImageDraw

        shape = (self.size.width, self.size.height)
        image = Image.new("RGB", (shape[0] * _FINER, shape[1] * _FINER), _PAPER)
        pen = ImageDraw.Draw(image)
        for mark in self.marks:
            _draw(pen, mark)
        return image.resize(shape, Image.Resampling.BOX)


def text_width(text: str, size: float) -> float:
    """Length of a line of text [px]."""
    return float(_font(size).getlength(text))


@cache
def _font(size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    # Pillow carries this font, so that a picture is the same on every machine.
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise InternalError("Pillow was built without FreeType and cannot write; install its wheel")
    return font


def _svg_mark(mark: Mark) -> str:
    if isinstance(mark, Words):
        anchor = {"l": "start", "m": "middle", "r": "end"}[mark.anchor]
        halo = f' stroke="{_hex(_PAPER)}" stroke-width="{2 * _HALO * mark.size:g}" paint-order="stroke"'
        # 0.36 of the size is half a capital's height: not every reader knows dominant-baseline.
        return (
            f'<text x="{mark.at[0]:.2f}" y="{mark.at[1] + 0.36 * mark.size:.2f}" font-size="{mark.size:g}"'
            f' text-anchor="{anchor}" fill="{_hex(mark.color)}"{halo if mark.halo else ""}>{escape(mark.text)}</text>'
        )
    if isinstance(mark, Disc):
        return (
            f'<circle cx="{mark.center[0]:.2f}" cy="{mark.center[1]:.2f}" r="{mark.radius:.2f}"'
            f" {_svg_pen(mark.color, mark.width, mark.fill)}/>"
        )
    points = quoteattr(" ".join(f"{x:.2f},{y:.2f}" for x, y in mark.points))
    kind = "polyline" if mark.fill is None else "polygon"
    return f"<{kind} points={points} {_svg_pen(mark.color, mark.width, mark.fill)}/>"


def _svg_pen(color: Color | None, width: float, fill: Color | None) -> str:
    stroke = "none" if color is None or width == 0 else _hex(color)
    area = "none" if fill is None else _hex(fill)
    return f'fill="{area}" stroke="{stroke}" stroke-width="{width:g}" stroke-linejoin="round"'


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _draw(pen: ImageDraw.ImageDraw, mark: Mark) -> None:
    if isinstance(mark, Words):
        pen.text(
            (mark.at[0] * _FINER, mark.at[1] * _FINER),
            mark.text,
            fill=mark.color,
            font=_font(mark.size * _FINER),
            anchor=f"{mark.anchor}m",
            stroke_width=round(_HALO * mark.size * _FINER) if mark.halo else 0,
            stroke_fill=_PAPER,
        )
        return
    width = max(1, round(mark.width * _FINER)) if mark.width else 0
    if isinstance(mark, Disc):
        (x, y), r = mark.center, mark.radius
        box = ((x - r) * _FINER, (y - r) * _FINER, (x + r) * _FINER, (y + r) * _FINER)
        pen.ellipse(box, fill=mark.fill, outline=mark.color, width=width)
        return
    points = [(x * _FINER, y * _FINER) for x, y in mark.points]
    if mark.fill is not None:
        pen.polygon(points, fill=mark.fill, outline=mark.color if width else None, width=max(width, 1))
    else:
        pen.line(points, fill=mark.color, width=width, joint="curve")
