"""Drawings in many hands: what a draughtsman makes of a view's feature edges.

A hand leaves out what it does not care for, wobbles, overshoots its corners, hatches glass and shadows,
scribbles leaves and breaks off. What comes out is thinned as :func:`archviz.sketch.extract_lines`
thins a real drawing, so that the paper, pen and thickness of a drawing make no difference.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.estimate import Layer

__all__ = ["draw_by_hand"]

Bool = NDArray[np.bool_]

# Chance of each habit, and its measures in pixels of the working size.
_LEAVES_OUT_GROUND, _LEAVES_OUT_HORIZON, _VIGNETTES = 0.5, 0.4, 0.5
_WOBBLES, _WOBBLE_PX, _WOBBLE_WAVE_PX = 0.6, 1.6, (18, 60)
_OVERSHOOTS, _OVERSHOOT_PX = 0.4, (2, 9)
_BREAKS, _BREAK_SHARE, _BREAK_PX = 0.4, 0.2, (4, 10)
_DOUBLES = 0.2
_HATCHES_GLASS, _HATCHES_WALL, _HATCH_PX = 0.35, 0.06, (2.2, 8)
_SCRIBBLES, _CONSTRUCTS, _SIGNS = 0.5, 0.12, 0.15


def draw_by_hand(
    edges: Bool, layers: NDArray[np.uint8], elements: NDArray[np.int16], generator: np.random.Generator
) -> tuple[Bool, Bool]:
    """One drawing of a view.

    Parameters
    ----------
    edges
        (H, W) feature edges.
    layers, elements
        (H, W) what each pixel shows, and of which element.
    generator
        Decides the hand.

    Returns
    -------
    lines, known
        (H, W) the drawing's lines, one to two pixels wide; and where they tell what a pixel shows:
        a tree that was left out is not to be guessed.
    """
    from skimage.morphology import skeletonize

    lines, known = edges.copy(), np.ones_like(edges)
    lines &= ~_left_out(layers, generator)
    if generator.random() < _VIGNETTES:
        drawn = _vignette(layers, generator)
        lines &= drawn
        known &= drawn | np.isin(layers, [Layer.GROUND, Layer.SKY])
    lines |= _hatching(layers, elements, generator)
    if generator.random() < _SCRIBBLES:
        lines |= _scribbles(layers, generator)
    if generator.random() < _OVERSHOOTS:
        lines |= _overshoots(lines, generator)
    if generator.random() < _CONSTRUCTS:
        lines |= _construction(lines.shape, generator)
    if generator.random() < _WOBBLES:
        wobbled = _wobbled(lines, generator)
        lines = wobbled | _wobbled(lines, generator) if generator.random() < _DOUBLES else wobbled
    if generator.random() < _BREAKS:
        lines &= ~_breaks(lines.shape, generator)
    if generator.random() < _SIGNS:
        lines |= _signature(layers, generator)
    return np.asarray(skeletonize(lines)), known  # type: ignore[no-untyped-call]


def _left_out(layers: NDArray[np.uint8], generator: np.random.Generator) -> Bool:
    """Pixels whose lines this hand does not draw: those on the ground, and the horizon."""
    import cv2

    kernel = np.ones((3, 3), np.uint8)
    masks = [(layers == layer).astype(np.uint8) for layer in Layer]
    near = np.stack([cv2.dilate(mask, kernel) for mask in masks]).astype(bool)
    out = np.zeros(layers.shape, dtype=bool)
    if generator.random() < _LEAVES_OUT_GROUND:
        out |= near[Layer.GROUND] & (near.sum(0) == 1)
    if generator.random() < _LEAVES_OUT_HORIZON:
        out |= near[Layer.GROUND] & near[Layer.SKY] & (near.sum(0) == 2)
    return out


def _vignette(layers: NDArray[np.uint8], generator: np.random.Generator) -> Bool:
    """A rounded region around the building, outside of which the paper stays white."""
    own = np.argwhere(np.isin(layers, [Layer.BUILDING, Layer.OPENING]))
    height, width = layers.shape
    if not len(own):
        return np.ones(layers.shape, dtype=bool)
    (top, left), (bottom, right) = own.min(0), own.max(0) + 1
    margins = generator.uniform(-0.02, 0.3, size=4) * max(height, width)
    top, left, bottom, right = top - margins[0], left - margins[1], bottom + margins[2], right + margins[3]
    y = (np.arange(height) - (top + bottom) / 2) / max(1.0, (bottom - top) / 2)
    x = (np.arange(width) - (left + right) / 2) / max(1.0, (right - left) / 2)
    power = generator.choice([3.0, 6.0, 20.0])
    return np.asarray(np.abs(y[:, None]) ** power + np.abs(x[None]) ** power <= 1.0)


def _stripes(shape: tuple[int, int], generator: np.random.Generator) -> Bool:
    """Parallel lines of any direction, now and then crossed."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    stripes = np.zeros(shape, dtype=bool)
    angle = generator.choice([0.0, np.pi / 2, np.pi / 4, -np.pi / 4, generator.uniform(0, np.pi)])
    for turn in (0.0, np.pi / 2)[: 1 + int(generator.random() < 0.2)]:
        along = x * np.cos(angle + turn) + y * np.sin(angle + turn)
        stripes |= (along % generator.uniform(*_HATCH_PX)) < 1.0
    return stripes


def _hatching(layers: NDArray[np.uint8], elements: NDArray[np.int16], generator: np.random.Generator) -> Bool:
    hatched = np.zeros(layers.shape, dtype=bool)
    if generator.random() < 0.5:
        return hatched
    every = generator.random() < 0.15
    chances = {Layer.OPENING: 1.0 if every else _HATCHES_GLASS, Layer.BUILDING: _HATCHES_WALL}
    for element, at in zip(*np.unique(elements, return_index=True), strict=True):
        if generator.random() < chances.get(Layer(layers.flat[at]), 0.0):
            hatched |= (elements == element) & _stripes(layers.shape, generator)
    return hatched


def _scribbles(layers: NDArray[np.uint8], generator: np.random.Generator) -> Bool:
    """Wandering strokes in the crowns of trees."""
    import cv2

    paper = np.zeros(layers.shape, dtype=np.uint8)
    spots = np.argwhere(layers == Layer.PLANT)
    for _ in range(min(60, len(spots) // 40)):
        steps = generator.normal(0, 3.5, size=(12, 2)).cumsum(0) + spots[generator.integers(len(spots))]
        cv2.polylines(paper, [steps[:, ::-1].round().astype(np.int32)], False, 1)
    return (paper > 0) & (layers == Layer.PLANT)


def _overshoots(lines: Bool, generator: np.random.Generator) -> Bool:
    """Straight strokes drawn on past their ends."""
    import cv2

    paper = np.zeros(lines.shape, dtype=np.uint8)
    found = cv2.HoughLinesP(lines.astype(np.uint8) * 255, 1, np.pi / 180, 24, minLineLength=18, maxLineGap=2)
    for x0, y0, x1, y1 in found.reshape(-1, 4)[:200] if found is not None else ():
        start, end = np.array([x0, y0], float), np.array([x1, y1], float)
        along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
        reach = generator.uniform(*_OVERSHOOT_PX, size=2)
        a, b = start - along * reach[0], end + along * reach[1]
        cv2.line(paper, tuple(map(int, a.round())), tuple(map(int, b.round())), 1)
    return paper > 0


def _construction(shape: tuple[int, int], generator: np.random.Generator) -> Bool:
    """A few long lines that help the draughtsman and bound nothing."""
    import cv2

    paper = np.zeros(shape, dtype=np.uint8)
    for _ in range(int(generator.integers(1, 5))):
        ends = (generator.uniform(0, 1, size=(2, 2)) * np.array(shape[::-1])).astype(int)
        cv2.line(paper, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1)
    return paper > 0


def _wobbled(lines: Bool, generator: np.random.Generator) -> Bool:
    import cv2

    height, width = lines.shape
    wave = generator.uniform(*_WOBBLE_WAVE_PX)
    grid = (2, max(3, round(height / wave)), max(3, round(width / wave)))
    amount = generator.uniform(0.3, _WOBBLE_PX)
    shift = [cv2.resize(g.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC) * amount
             for g in generator.normal(0, 1, size=grid)]  # fmt: skip
    y, x = np.mgrid[:height, :width].astype(np.float32)
    moved = cv2.remap(lines.astype(np.float32), x + shift[1], y + shift[0], cv2.INTER_LINEAR)
    return np.asarray(moved > 0.3)


def _breaks(shape: tuple[int, int], generator: np.random.Generator) -> Bool:
    side = int(generator.integers(*_BREAK_PX))
    rows, columns = (-(-n // side) for n in shape)
    out = generator.random((rows, columns)) < generator.uniform(0.02, _BREAK_SHARE)
    return np.kron(out, np.ones((side, side), dtype=bool))[: shape[0], : shape[1]]


def _signature(layers: NDArray[np.uint8], generator: np.random.Generator) -> Bool:
    """A line of writing on bare paper: small strokes in a row."""
    import cv2

    height, width = layers.shape
    paper = np.zeros(layers.shape, dtype=np.uint8)
    y, x = generator.uniform(0.04, 0.96) * height, generator.uniform(0.02, 0.7) * width
    tall = generator.uniform(4, 9)
    for _ in range(int(generator.integers(4, 16))):
        points = np.stack([x + generator.uniform(0, tall, 4), y + generator.uniform(0, tall, 4)], axis=1)
        cv2.polylines(paper, [points.round().astype(np.int32)], False, 1)
        x += tall * 1.2
    return (paper > 0) & np.isin(layers, [Layer.GROUND, Layer.SKY])
