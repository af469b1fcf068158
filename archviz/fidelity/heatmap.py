"""The heat map: over the picture, which of the model's lines it shows and where it contradicts the sun."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import InternalError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.fidelity.drift import SEARCH_PX
from archviz.fidelity.edges import wire_evidence
from archviz.fidelity.gradient import MIN_RESPONSE, GradientField, as_display, find_edges
from archviz.fidelity.shadows import shadow_agreement, shadow_disagreement
from archviz.fidelity.wireframe import Wireframe

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

__all__ = ["LineStates", "judge_lines", "paint_heatmap"]

Rgb = tuple[int, int, int]

# Hues that the common colour blindnesses keep apart (M. Okabe, K. Ito, 2008); each mark has its own
# form as well.
_FOUND: Rgb = (0, 114, 178)
_MOVED: Rgb = (240, 228, 66)
_MISSING: Rgb = (213, 94, 0)
_UNSEEN: Rgb = (120, 120, 120)
_TOO_DARK: Rgb = (0, 158, 115)
_TOO_BRIGHT: Rgb = (204, 121, 167)
_INK: Rgb = (25, 27, 30)
_PAPER: Rgb = (255, 255, 255)

# A small picture is enlarged, so that marks do not hide it and words can be read.
_LEAST_LONGER_PX = 1200
_TEXT_PX = 22
_LINE_PX = 34
_MARGIN_PX = 20
_MARK_PX = 3
_ENTRY_PX = 72  # a mark, and the gaps beside it and after its words
# The picture steps back behind the marks: grey, and lighter.
_LIGHTER = 0.4
# Shown from here on: a pixel on the wrong side of half of the others is what chance gives.
_LEAST_WRONG = 0.5
_FILL = 0.75
_STRIPE_PX = 8


@dataclass(frozen=True, eq=False, kw_only=True)
class LineStates:
    """What became of each sample of the lines.

    Parameters
    ----------
    positions_px
        (n, 2) float32 x, y.
    shown_px
        (n, 2) float32 where the picture shows the edge; NaN where it does not.
    found, moved, missing, unseen
        (n,) bool, exactly one of them true: an edge within two pixels; one within six; none; not
        observable, as the reference shows no contrast there or the feature is too thin.
    """

    positions_px: NDArray[np.float32]
    shown_px: NDArray[np.float32]
    found: NDArray[np.bool_]
    moved: NDArray[np.bool_]
    missing: NDArray[np.bool_]
    unseen: NDArray[np.bool_]


def judge_lines(
    picture: NDArray[np.generic], wires: Wireframe, *, reference: NDArray[np.generic] | None = None
) -> LineStates:
    """Decide of each of the building's samples whether the picture shows it.

    Parameters
    ----------
    picture, reference
        As for :func:`archviz.fidelity.edges.edge_evidence`, of the lines' size.
    wires
        The lines of a model or a drawing.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    own = wires.building
    positions, normals, unseen = wires.positions_px[own], wires.normals[own], wires.thin[own].copy()
    if reference is not None:
        truth = find_edges(GradientField.of(reference, wires.size), positions, normals)
        unseen |= truth.responses < MIN_RESPONSE
    field = GradientField.of(picture, wires.size)
    near = find_edges(field, positions, normals)
    far = find_edges(field, positions, normals, tolerance_px=SEARCH_PX)
    found = near.found & ~unseen
    moved = far.found & ~near.found & ~unseen
    offsets = np.where(near.found, near.offsets_px, far.offsets_px)
    return LineStates(
        positions_px=positions,
        shown_px=(positions + offsets[:, None] * normals).astype(np.float32),
        found=found,
        moved=moved,
        missing=~(found | moved | unseen),
        unseen=unseen,
    )


def paint_heatmap(
    picture: NDArray[np.generic],
    wires: Wireframe,
    *,
    reference: NDArray[np.generic] | None = None,
    gbuffer: GBuffer | None = None,
    light: LightBuffer | None = None,
) -> NDArray[np.uint8]:
    """Paint what was found of the building over its picture, with a legend below.

    Parameters
    ----------
    picture, reference
        As for :func:`archviz.fidelity.edges.edge_evidence`, of the lines' size.
    wires
        The lines of a model or a drawing.
    gbuffer, light
        The view and the light that was asked for; without them shadows are not judged.

    Returns
    -------
    ndarray
        (h, w, 3) uint8 sRGB, its longer side at least 1200 px, the legend added below.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    from PIL import Image, ImageDraw

    display = as_display(picture, wires.size)
    states = judge_lines(picture, wires, reference=reference)
    scale = max(1.0, _LEAST_LONGER_PX / wires.size.longer)
    width, height = round(wires.size.width * scale), round(wires.size.height * scale)
    grey = np.repeat(display @ np.array([[0.299], [0.587], [0.114]], np.float32), 3, axis=2)
    base = Image.fromarray(((grey + (1.0 - grey) * _LIGHTER) * 255 + 0.5).astype(np.uint8))
    canvas = np.asarray(base.resize((width, height), Image.Resampling.BICUBIC)).astype(np.float32)
    wrong = None if gbuffer is None or light is None else shadow_disagreement(picture, gbuffer, light)
    if wrong is not None:
        _paint_shadows(canvas, wrong)
    legend = _legend(states, shadows=wrong is not None)
    room = width - 2 * _MARGIN_PX
    words = [
        line
        for text in (_about_lines(picture, wires, reference), _about_shadows(picture, gbuffer, light))
        for line in _wrapped(text, room)
    ]
    entry = max(round(_font().getlength(text)) for _, _, text in legend) + _ENTRY_PX
    columns = max(1, room // entry)
    top = height + _MARGIN_PX + len(words) * _LINE_PX
    sheet = Image.new("RGB", (width, top + -(-len(legend) // columns) * _LINE_PX + _MARGIN_PX), _PAPER)
    sheet.paste(Image.fromarray(canvas.round().astype(np.uint8)), (0, 0))
    pen = ImageDraw.Draw(sheet)
    _paint_lines(pen, states, scale)
    pen.rectangle((0, height, width, sheet.height), fill=_PAPER)
    for number, line in enumerate(words):
        pen.text((_MARGIN_PX, height + _MARGIN_PX + number * _LINE_PX), line, fill=_INK, font=_font())
    for number, (form, color, text) in enumerate(legend):
        x, y = _MARGIN_PX + number % columns * entry, top + number // columns * _LINE_PX
        _mark(pen, form, color, (x + _ENTRY_PX / 4, y + _LINE_PX / 2 - 3), size=7)
        pen.text((x + _ENTRY_PX / 2, y), text, fill=_INK, font=_font())
    return np.asarray(sheet, dtype=np.uint8)


def _paint_shadows(canvas: NDArray[np.float32], wrong: NDArray[np.float32]) -> None:
    """Stripe what contradicts the sun, the stronger the more pairs are the wrong way round."""
    import cv2

    height, width = canvas.shape[:2]
    large = cv2.resize(np.nan_to_num(wrong), (width, height), interpolation=cv2.INTER_NEAREST)
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    for color, share, phase in ((_TOO_DARK, large, across + down), (_TOO_BRIGHT, -large, across - down)):
        weight = np.clip((share - _LEAST_WRONG) / (1.0 - _LEAST_WRONG), 0.0, 1.0)
        weight = np.where(phase // _STRIPE_PX % 2 == 0, 1.0, 0.6) * _FILL * np.sqrt(weight)
        canvas += (np.array(color, np.float32) - canvas) * weight[..., None].astype(np.float32)


def _paint_lines(pen: ImageDraw.ImageDraw, states: LineStates, scale: float) -> None:
    # A pixel's centre is at whole numbers; what matters most is painted last.
    def placed(point: NDArray[np.float32]) -> tuple[float, float]:
        return float((point[0] + 0.5) * scale), float((point[1] + 0.5) * scale)

    for form, color, chosen in (
        ("ring", _UNSEEN, states.unseen),
        ("dot", _FOUND, states.found),
        ("tick", _MOVED, states.moved),
        ("cross", _MISSING, states.missing),
    ):
        for row in np.flatnonzero(chosen):
            at = placed(states.positions_px[row])
            if form == "tick":
                to = placed(states.shown_px[row])
                pen.line((*at, *to), fill=_INK, width=5)
                pen.line((*at, *to), fill=color, width=3)
            else:
                _mark(pen, form, color, at, size=_MARK_PX)


def _mark(pen: ImageDraw.ImageDraw, form: str, color: Rgb, at: tuple[float, float], *, size: int) -> None:
    x, y = at
    box = (x - size, y - size, x + size, y + size)
    if form == "dot":
        pen.ellipse(box, fill=color)
    elif form == "ring":
        pen.ellipse(box, outline=color, width=1)
    elif form == "cross":
        pen.line((x - size, y - size, x + size, y + size), fill=color, width=2)
        pen.line((x - size, y + size, x + size, y - size), fill=color, width=2)
    elif form == "tick":
        pen.line((x - size, y, x + size, y), fill=_INK, width=5)
        pen.line((x - size, y, x + size, y), fill=color, width=3)
    else:
        pen.rectangle((x - 2 * size, y - size, x + 2 * size, y + size), fill=color)


def _legend(states: LineStates, *, shadows: bool) -> list[tuple[str, Rgb, str]]:
    """Form, colour and words of every mark."""
    judged = max(len(states.positions_px) - int(states.unseen.sum()), 1)

    def share(chosen: NDArray[np.bool_]) -> str:
        return f"{100 * chosen.sum() / judged:.0f} %"

    entries: list[tuple[str, Rgb, str]] = [
        ("dot", _FOUND, f"line found: {share(states.found)}"),
        ("tick", _MOVED, f"moved by 2 to 6 px, or another line: {share(states.moved)}"),
        ("cross", _MISSING, f"missing: {share(states.missing)}"),
        ("ring", _UNSEEN, f"not observable: {int(states.unseen.sum())} of {len(states.positions_px)}"),
    ]
    if shadows:
        entries += [
            ("area", _TOO_DARK, "too dark: the sun shines here"),
            ("area", _TOO_BRIGHT, "too bright: here is shadow"),
        ]
    return entries


def _about_lines(picture: NDArray[np.generic], wires: Wireframe, reference: NDArray[np.generic] | None) -> str:
    evidence = wire_evidence(picture, wires, reference=reference)
    if evidence.score is None or evidence.recall is None or evidence.chance is None:
        return f"Lines: no score ({evidence.reason})"
    return (
        f"Lines: edge evidence {evidence.score:.2f} (found {evidence.recall:.0%}, by chance {evidence.chance:.0%});"
        " 1 is all, 0 is chance"
    )


def _about_shadows(picture: NDArray[np.generic], gbuffer: GBuffer | None, light: LightBuffer | None) -> str:
    if gbuffer is None or light is None:
        return "Shadows: not judged (no light was given)"
    agreement = shadow_agreement(picture, gbuffer, light)
    if agreement.auc is None:
        return f"Shadows: not judged ({agreement.reason})"
    return f"Shadows: agreement {agreement.auc:.2f}; 1 is all as the sun casts them, 0.5 is none"


def _wrapped(text: str, room: int) -> list[str]:
    """Lines of a text that fit a width [px]."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _font().getlength(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@functools.cache
def _font() -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    # Pillow carries this font, so that a heat map is the same on every machine.
    font = ImageFont.load_default(_TEXT_PX)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise InternalError("Pillow was built without FreeType and cannot write; install its wheel")
    return font
