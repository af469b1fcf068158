"""The contact sheet of a light set: all its pictures as rows and columns of small ones, with their choices."""

from __future__ import annotations

import functools
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import InternalError
from archviz.core.size import Size

if TYPE_CHECKING:
    from PIL import Image, ImageFont

__all__ = ["Tile", "contact_sheets"]

_LIGHTS = ("lighting", "hour")
_TILE_PX = (160, 384)  # narrowest: a caption is still read; widest: a picture is still judged
_SHEET_WIDTH_PX = 4800
_SHEET_HEIGHT_PX = 12_000
# So many columns at most, and fewer where there is one axis alone and the shape of the sheet is free.
_MOST_COLUMNS, _FREE_COLUMNS = 12, 4
_GAP_PX, _MARGIN_PX = 12, 24
_HEAD, _TITLE, _CAPTION = 30, 24, 18  # sizes of letters [px]
_LINE = 1.6  # height of a line over the size of its letters
_INK, _GREY, _PAPER = (30, 32, 36), (96, 100, 106), (255, 255, 255)


@dataclass(frozen=True, eq=False, kw_only=True)
class Tile:
    """One picture of the sheet.

    Parameters
    ----------
    labels
        Axis -> what was chosen.
    size
        The picture's size.
    load
        Reads the picture, (H, W, 3) uint8, when it is drawn.
    """

    labels: Mapping[str, str]
    size: Size
    load: Callable[[], NDArray[np.uint8]]


def contact_sheets(tiles: Sequence[Tile]) -> Iterator[Image.Image]:
    """Draw the sheets of a set; a very large one is continued on further sheets.

    Lights, where they vary, are the columns, else the last axis that varies; what varies beside it are
    the rows. What all pictures share stands above them.

    Parameters
    ----------
    tiles
        Every combination of the labels, the last axis changing first.
    """
    axes = {axis: tuple(dict.fromkeys(tile.labels[axis] for tile in tiles)) for axis in tiles[0].labels}
    varying = [axis for axis, labels in axes.items() if len(labels) > 1]
    across = next((axis for axis in varying if axis in _LIGHTS), varying[-1] if varying else "")
    down = [axis for axis in varying if axis != across]
    rows: dict[str, list[Tile]] = {}
    for tile in tiles:
        rows.setdefault(" · ".join(tile.labels[axis] for axis in down), []).append(tile)
    head = " · ".join(labels[0] for axis, labels in axes.items() if axis not in varying)
    columns = len(axes.get(across, ("",)))
    bands = math.ceil(columns / (_MOST_COLUMNS if down else _FREE_COLUMNS))
    columns = math.ceil(columns / bands)
    width = max(_TILE_PX[0], min(_TILE_PX[1], _SHEET_WIDTH_PX // columns))
    height = max(_fitted(tile.size, width)[1] for tile in tiles)
    strips = [
        _Strip(title=title if first == 0 else "", tiles=row[first : first + columns], across=across)
        for title, row in rows.items()
        for first in range(0, len(row), columns)
    ]
    room = _SHEET_HEIGHT_PX - 2 * _MARGIN_PX - round(_HEAD * _LINE)
    most = max(1, room // (height + _GAP_PX + round((_TITLE + _CAPTION) * _LINE)))
    for first in range(0, len(strips), most):
        yield _draw(head, strips[first : first + most], columns, (width, height))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Strip:
    """A line of tiles with their captions, under its title."""

    title: str
    tiles: Sequence[Tile]
    across: str

    @property
    def title_px(self) -> int:
        return round(_TITLE * _LINE) if self.title else 0


def _draw(head: str, strips: Sequence[_Strip], columns: int, tile: tuple[int, int]) -> Image.Image:
    from PIL import Image, ImageDraw

    width, height = tile
    caption = round(_CAPTION * _LINE)
    top = _MARGIN_PX + (round(_HEAD * _LINE) if head else 0)
    inner = columns * (width + _GAP_PX) - _GAP_PX
    tall = top + sum(strip.title_px + caption + height + _GAP_PX for strip in strips) - _GAP_PX + _MARGIN_PX
    sheet = Image.new("RGB", (inner + 2 * _MARGIN_PX, tall), _PAPER)
    pen = ImageDraw.Draw(sheet)

    def write(text: str, at: tuple[int, int], size: int, color: tuple[int, int, int], room: int) -> None:
        pen.text(at, _cut(text, size, room), fill=color, font=_font(size))

    write(head, (_MARGIN_PX, _MARGIN_PX), _HEAD, _INK, inner)
    y = top
    for strip in strips:
        if strip.title:
            write(strip.title, (_MARGIN_PX, y), _TITLE, _INK, inner)
        y += strip.title_px
        for column, picture in enumerate(strip.tiles):
            x = _MARGIN_PX + column * (width + _GAP_PX)
            write(picture.labels.get(strip.across, ""), (x, y), _CAPTION, _GREY, width)
            image = Image.fromarray(picture.load())
            small = image.resize(_fitted(picture.size, width), Image.Resampling.LANCZOS)
            sheet.paste(small, (x, y + caption))
        y += caption + height + _GAP_PX
    return sheet


def _fitted(size: Size, width: int) -> tuple[int, int]:
    """Width and height of a picture in a tile: a portrait is as tall as a landscape is wide."""
    scale = width / size.longer
    return max(1, round(size.width * scale)), max(1, round(size.height * scale))


def _cut(text: str, size: int, room: int) -> str:
    """A text in the letters that the font has, shortened to a width [px]."""
    plain = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    if _font(size).getlength(plain) <= room:
        return plain
    return next(
        short
        for end in range(len(plain), -1, -1)
        if _font(size).getlength(short := f"{plain[:end]}…") <= room or end == 0
    )


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    # Pillow carries this font, so that a sheet is the same on every machine; it has no accented letters.
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise InternalError("Pillow was built without FreeType and cannot write; install its wheel")
    return font
