"""Small panels of curves with their intervals, drawn by Pillow, which every installation has."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archviz.core.errors import InternalError
from archviz.fidelity import Interval

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

__all__ = ["Panel", "draw_panels"]

# Hues that the common colour blindnesses keep apart (M. Okabe, K. Ito, 2008), and a form for each.
_STYLES = (((0, 114, 178), "dot"), ((213, 94, 0), "square"))
_INK, _GREY, _PALE, _PAPER = (25, 27, 30), (110, 114, 120), (225, 227, 230), (255, 255, 255)
_PANEL_PX = (380, 300)
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 44, 50
_NAMES_PX = 120  # room for names that stand under one another
_TEXT_PX, _SMALL_PX = 18, 15
_HEAD_PX = 44


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One score.

    Parameters
    ----------
    title, axis
        What is drawn up and across.
    lines
        Source -> position across -> mean and interval.
    names
        Names of the positions 0, 1, ..; ``None`` for a curve over numbers.
    """

    title: str
    axis: str
    lines: Mapping[str, Mapping[float, Interval]]
    names: tuple[str, ...] | None


def draw_panels(panels: Sequence[Panel], columns: int) -> Image.Image:
    """All panels in rows, under a legend of their sources."""
    from PIL import Image, ImageDraw

    rows = [panels[first : first + columns] for first in range(0, len(panels), columns)]
    heights = [_PANEL_PX[1] + (_NAMES_PX if any(p.names for p in row) else 0) for row in rows]
    sheet = Image.new("RGB", (columns * _PANEL_PX[0], _HEAD_PX + sum(heights)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    x = float(_LEFT)
    for (color, form), source in zip(_STYLES, panels[0].lines, strict=False):
        _mark(pen, form, color, (x, _HEAD_PX / 2))
        text = f"{source} pictures"
        pen.text((x + 14, _HEAD_PX / 2 - 11), text, fill=_INK, font=_font(_TEXT_PX))
        x += 48 + _font(_TEXT_PX).getlength(text)
    pen.text((x, _HEAD_PX / 2 - 9), "mean and 95 % interval over scenes", fill=_GREY, font=_font(_SMALL_PX))
    y = _HEAD_PX
    for row, height in zip(rows, heights, strict=True):
        for column, panel in enumerate(row):
            _draw(pen, panel, (column * _PANEL_PX[0], y))
        y += height
    return sheet


def _draw(pen: ImageDraw.ImageDraw, panel: Panel, at: tuple[float, float]) -> None:
    left, top = at[0] + _LEFT, at[1] + _TOP
    width, height = _PANEL_PX[0] - _LEFT - _RIGHT, _PANEL_PX[1] - _TOP - _BOTTOM
    pen.text((left, at[1] + 10), panel.title, fill=_INK, font=_font(_TEXT_PX))
    values = [v for line in panel.lines.values() for v in line.values()]
    if not values:
        pen.text((left, top + 20), "no figures", fill=_GREY, font=_font(_SMALL_PX))
        return
    ticks = _ticks(min(0.0, *(v.low for v in values)), max(v.high for v in values))
    places = sorted({x for line in panel.lines.values() for x in line})
    first, last = (-0.5, len(panel.names) - 0.5) if panel.names else (places[0], max(places[-1], places[0] + 1e-6))

    def across(x: float) -> float:
        return left + (x - first) / (last - first) * width

    def up(value: float) -> float:
        return top + height - (value - ticks[0]) / (ticks[-1] - ticks[0]) * height

    for tick in ticks:
        pen.line((left, up(tick), left + width, up(tick)), fill=_PALE)
        pen.text((left - 8, up(tick)), f"{tick:g}", fill=_GREY, font=_font(_SMALL_PX), anchor="rm")
    if panel.names:
        _write_names(pen, panel.names, [across(n) for n in range(len(panel.names))], top + height + 8)
    else:
        _write_numbers(pen, places, [across(x) for x in places], top + height + 6)
        pen.text((left, top + height + 26), panel.axis, fill=_GREY, font=_font(_SMALL_PX))
    for number, ((color, form), line) in enumerate(zip(_STYLES, panel.lines.values(), strict=False)):
        aside = (number - 0.5) * 8 if panel.names else 0.0
        points = [(across(x) + aside, up(v.mean), up(v.low), up(v.high)) for x, v in sorted(line.items())]
        if not panel.names:
            pen.line([(x, y) for x, y, _, _ in points], fill=color, width=2)
        for x, y, low, high in points:
            pen.line((x, low, x, high), fill=color, width=2)
            _mark(pen, form, color, (x, y))


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers that hold the range."""
    span = max(high - low, 1e-6)
    step = 10.0 ** np.floor(np.log10(span / 4))
    step *= next(m for m in (1, 2, 5, 10) if span / (m * step) <= 7)
    return [float(round(n * step, 10)) for n in range(int(np.floor(low / step)), int(np.ceil(high / step)) + 1)]


def _write_numbers(pen: ImageDraw.ImageDraw, values: Sequence[float], xs: Sequence[float], y: float) -> None:
    free = -np.inf
    for value, x in zip(values, xs, strict=True):
        half = _font(_SMALL_PX).getlength(f"{value:g}") / 2
        if x - half > free:
            pen.text((x, y), f"{value:g}", fill=_GREY, font=_font(_SMALL_PX), anchor="ma")
            free = x + half + 4


def _write_names(pen: ImageDraw.ImageDraw, names: Sequence[str], xs: Sequence[float], y: float) -> None:
    """Upright, as they are wider than their places."""
    from PIL import Image, ImageDraw

    for name, x in zip(names, xs, strict=True):
        strip = Image.new("L", (round(_font(_SMALL_PX).getlength(name)) + 4, _SMALL_PX + 6), 0)
        ImageDraw.Draw(strip).text((2, 1), name, fill=255, font=_font(_SMALL_PX))
        upright = strip.rotate(90, expand=True)
        pen.bitmap((round(x - upright.width / 2), round(y)), upright, fill=_GREY)


def _mark(pen: ImageDraw.ImageDraw, form: str, color: tuple[int, int, int], at: tuple[float, float]) -> None:
    box = (at[0] - 4, at[1] - 4, at[0] + 4, at[1] + 4)
    if form == "dot":
        pen.ellipse(box, fill=color)
    else:
        pen.rectangle(box, fill=color)


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    # Pillow carries this font, so that a figure is the same on every machine.
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise InternalError("Pillow was built without FreeType and cannot write; install its wheel")
    return font
