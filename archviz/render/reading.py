"""What a drawing is read as, step by step: what one looks at before a picture is made of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import InternalError, OptionError
from archviz.core.maps import EdgeMap
from archviz.render.inputs import reading_key
from archviz.render.relief import Relief, lift_drawing
from archviz.render.request import RenderRequest

if TYPE_CHECKING:
    from archviz.render.renderer import Renderer
    from archviz.sketch import Adjustments, Diagnosis, Drawing

__all__ = ["DrawingReading", "read_drawing", "reading_request"]

T = TypeVar("T")
Color = tuple[int, int, int]
Corners = tuple[tuple[float, float], ...]

_NOTHING = (236, 233, 228)
# What is painted on need not be larger than a screen.
_SHOWN_PX = 1600


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawingReading:
    """A drawing with what is seen in it.

    Parameters
    ----------
    sha256
        Of its file.
    found
        (H, W, 3) uint8 sRGB, the page as it came, up to 1600 px a side.
    upright
        (h, w, 3) uint8 sRGB, straightened and mended, up to 1600 px a side: what marks and strokes lie on.
    paper, ink
        Colours that the eraser and the pen leave on it.
    sheet
        The four corners of the sheet of paper in ``found``, in shares of it; ``None`` where none is seen.
    drawing
        With everything done that is wanted.
    lines
        Its lines at the picture's size.
    relief
        What they are taken for; ``None`` where no building is seen in them.
    diagnosis
        What spoils them, and what was done.
    """

    sha256: str
    found: NDArray[np.uint8]
    upright: NDArray[np.uint8]
    paper: Color
    ink: Color
    sheet: Corners | None
    drawing: Drawing
    lines: EdgeMap
    relief: Relief | None
    diagnosis: tuple[Diagnosis, ...]

    @property
    def depth_error(self) -> float | None:
        """Share of the distance by which the building's depth is expected to be off."""
        # The reverse of how the reader's confidence is made of its expected error.
        return None if self.relief is None else math.expm1((1.0 - self.relief.confidence) * math.log(2))

    def to_json(self) -> dict[str, Any]:
        """What is told of it beside its pictures."""
        return {
            "sha256": self.sha256,
            "found_size": [self.found.shape[1], self.found.shape[0]],
            "size": [self.upright.shape[1], self.upright.shape[0]],
            "paper": list(self.paper),
            "ink": list(self.ink),
            "sheet": None if self.sheet is None else [list(corner) for corner in self.sheet],
            "kind": self.drawing.kind,
            "format": self.drawing.format,
            "depth_error": None if self.depth_error is None else round(self.depth_error, 4),
            "diagnosis": [{"code": found.code, "values": dict(found.values)} for found in self.diagnosis],
        }

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Name -> (H, W, 3) uint8: lines dark on paper, depth from near (light) to far, normals as RGB."""
        lines = 255 - (self.lines.array * 255).astype(np.uint8)
        pictures = {"lines": np.repeat(lines[..., None], 3, axis=2)}
        if self.relief is not None:
            stands = np.isfinite(self.relief.depth.array)
            pictures["depth"] = np.where(stands[..., None], _ramp(self.relief.depth.near_white()), _NOTHING)
            normals = camera_normals(self.relief) * np.float32(127.5) + np.float32(127.5)
            pictures["normals"] = np.where(stands[..., None], normals.round(), _NOTHING)
        return {name: picture.astype(np.uint8) for name, picture in pictures.items()}


def reading_request(request: RenderRequest) -> RenderRequest:
    """The request reduced to what the reading of its drawing hangs on, and how closely that is kept to."""
    return RenderRequest(input=request.input, adjustments=request.adjustments, geometry=request.geometry)


def read_drawing(request: RenderRequest, renderer: Renderer) -> DrawingReading:
    """Read a drawing, and keep every step of it.

    Parameters
    ----------
    request
        Its input and adjustments are looked at.
    renderer
        Whose shelf keeps what was read for the picture.

    Raises
    ------
    InputError
        The input is no drawing, or cannot be read as wanted.
    """
    from archviz.sketch import diagnose

    resolved = renderer.resolve(reading_request(request))
    drawing = renderer.views.drawing_of(resolved)
    if drawing is None or resolved.input_sha256 is None:
        raise OptionError(f"input {request.input} is no drawing; give one, or leave the reading out")
    found, sheet = _shelved(request, request.adjustments.as_found, renderer, _find_sheet)
    upright, (paper, ink) = _shelved(request, request.adjustments.upright, renderer, _colors)
    return DrawingReading(
        sha256=resolved.input_sha256,
        found=found,
        upright=upright,
        paper=paper,
        ink=ink,
        sheet=sheet,
        drawing=drawing,
        lines=renderer.views.drawn_lines(resolved),
        relief=lift_drawing(drawing, resolved.size),
        diagnosis=diagnose(drawing),
    )


def camera_normals(relief: Relief) -> NDArray[np.float32]:
    """(H, W, 3) float32 unit normals along the camera's right, up and towards the viewer."""
    right, up, forward = relief.camera.basis().astype(np.float32)
    return np.asarray(relief.normals @ np.stack([right, up, -forward]).T, dtype=np.float32)


def _shelved(
    request: RenderRequest, adjustments: Adjustments, renderer: Renderer, look: Callable[[Drawing], T]
) -> tuple[NDArray[np.uint8], T]:
    """The request's drawing under other adjustments, at the size of a screen, and what is seen in the whole of it."""
    from archviz.sketch.isolated import load_drawing_isolated

    path = request.input
    if path is None:
        raise InternalError("a reading was asked for without a drawing")

    def read() -> tuple[NDArray[np.uint8], T]:
        drawing = load_drawing_isolated(path, adjustments)
        return _on_screen(drawing.array), look(drawing)

    key = (look, reading_key(replace(reading_request(request), adjustments=adjustments)))
    return renderer.shelf.get("desk", key, read)


def _on_screen(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    height, width = array.shape[:2]
    scale = _SHOWN_PX / max(height, width)
    if scale >= 1.0:
        return array
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(array, size, interpolation=cv2.INTER_AREA))


def _colors(drawing: Drawing) -> tuple[Color, Color]:
    from archviz.sketch.desk import paper_and_ink

    return paper_and_ink(drawing.array)


def _find_sheet(drawing: Drawing) -> Corners | None:
    from archviz.sketch.sheet import find_sheet

    corners = find_sheet(drawing.array)
    if corners is None:
        return None
    shares = np.clip(corners / (drawing.size.width, drawing.size.height), 0.0, 1.0)
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in shares)


def _ramp(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 colours of values from 0, dark violet, to 1, light yellow."""
    import cv2

    levels = np.clip(values * 255, 0, 255).round().astype(np.uint8)
    return np.asarray(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1])
