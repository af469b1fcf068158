"""Registration: where a picture from any tool shows the view, before it is judged what it shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.size import Size
from archviz.fidelity.edges import wire_evidence
from archviz.fidelity.gradient import GradientField, find_edges
from archviz.fidelity.wireframe import Wireframe, trace_wireframe

__all__ = ["Registration", "register", "register_wires"]

# Another crop, another rounding, a margin: what is larger is another camera.
_MOST_SHIFT = 0.06  # of the longer side
_MOST_SCALE = 0.06
# A sample at the frame moves by so much from one scale of the search to the next: within the reach of refining.
_SCALE_STEP_PX = 3.0
_MIN_SAMPLES = 60
# Over chance, after the search: the best of many accidents reaches 0.25 with pictures of other scenes and
# 0.1 with noise, a picture of the view itself 0.9.
_MIN_SCORE = 0.3
_REFINE_PX = (7.0, 5.0, 3.5, 2.5, 2.0, 2.0, 2.0)
# Edges further than this from the fit count less and less: they are other lines than the model's.
_OTHER_LINE_PX = 0.5
_REWEIGHTED = 4
# Less than this everywhere is the raster's own, and resampling would only blur the picture.
_STILL_PX = 0.3
_NOT_SHOWN = "under no shift and scale of up to six per cent the picture shows the building"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Where the view stands in a picture.

    Parameters
    ----------
    shift_px
        How far right and down of the view's middle the picture shows it [px].
    scale
        How much larger than the view the picture shows it.
    reason
        Why the picture is judged where it is; ``None`` where it was moved.
    """

    shift_px: tuple[float, float]
    scale: float
    reason: str | None

    def applied(self, picture: NDArray[np.generic], size: Size) -> NDArray[np.generic]:
        """The picture moved back onto the view; as it is where there was nothing to move."""
        import cv2

        if self.reason is not None:
            return picture
        center = _center(size)
        moved = center + self.shift_px - self.scale * center
        matrix = np.array([[self.scale, 0.0, moved[0]], [0.0, self.scale, moved[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(picture, matrix, (size.width, size.height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        )

    def to_json(self) -> dict[str, Any]:
        """The ``registration`` object of ``archviz check``."""
        return {
            "shift_px": [round(value, 3) for value in self.shift_px],
            "scale": round(self.scale, 5),
            "reason": self.reason,
        }


def register(
    picture: NDArray[np.generic],
    gbuffer: GBuffer,
    *,
    reference: NDArray[np.generic] | None = None,
    wireframe: Wireframe | None = None,
) -> Registration:
    """Find the shift and the small scale under which a picture shows the building's lines.

    Directions of gradients, at twice their angle, are correlated with those of the wireframe over
    all shifts and scales of up to six per cent; from the best match on, the lines are fitted to the
    edges found near them. A match that does not show the building moves nothing: otherwise the best
    of many accidents would be taken for a likeness.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the G-buffer's size.
    gbuffer
        The view.
    reference
        Truth, lit clay or deferred colour of the view: which lines can be seen, and where in their
        pixels they stand.
    wireframe
        The G-buffer's, where it is traced already.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    wires = trace_wireframe(gbuffer) if wireframe is None else wireframe
    return register_wires(picture, wires, reference=reference)


def register_wires(
    picture: NDArray[np.generic], wires: Wireframe, *, reference: NDArray[np.generic] | None = None
) -> Registration:
    """:func:`register` by lines that are traced already, a model's or a drawing's.

    Parameters
    ----------
    picture, reference
        As for :func:`register`, of the lines' size.
    wires
        The lines.
    """
    size = wires.size
    usable = wires.building & ~wires.thin
    positions, normals = wires.positions_px[usable], wires.normals[usable]
    if reference is not None:
        shown = find_edges(GradientField.of(reference, size), positions, normals)
        positions = (positions + shown.offsets_px[:, None] * normals)[shown.found]
        normals = normals[shown.found]
    field = GradientField.of(picture, size)
    if len(positions) < _MIN_SAMPLES:
        return _unmoved(f"{len(positions)} observable samples; registration needs {_MIN_SAMPLES}")
    pose = _refined(field, positions, normals, _search(field, positions, normals))
    if np.abs(pose[:2]).max() > _MOST_SHIFT * field.size.longer or abs(pose[2]) > _MOST_SCALE:
        return _unmoved(_NOT_SHOWN)
    if np.abs(_moved(positions, pose, field.size) - positions).max() < _STILL_PX:
        return _unmoved("the picture stands where the camera says")
    found = Registration(shift_px=(float(pose[0]), float(pose[1])), scale=float(1.0 + pose[2]), reason=None)

    def score(shown: NDArray[np.generic]) -> float:
        evidence = wire_evidence(shown, wires, reference=reference)
        return -1.0 if evidence.score is None else evidence.score

    moved = score(found.applied(picture, size))
    if moved < _MIN_SCORE:
        return _unmoved(_NOT_SHOWN)
    if moved <= score(picture):
        return _unmoved("no shift and scale shows more of the building than the camera itself")
    return found


def _unmoved(reason: str) -> Registration:
    return Registration(shift_px=(0.0, 0.0), scale=1.0, reason=reason)


def _center(size: Size) -> NDArray[np.float64]:
    return np.array([(size.width - 1) / 2, (size.height - 1) / 2])


def _moved(positions: NDArray[np.float32], pose: NDArray[np.float64], size: Size) -> NDArray[np.float32]:
    """(n, 2) where a pose (right, down, scale less one) puts the samples."""
    return (positions + pose[:2] + pose[2] * (positions - _center(size))).astype(np.float32)


def _search(field: GradientField, positions: NDArray[np.float32], normals: NDArray[np.float32]) -> NDArray[np.float64]:
    """The pose of the best match."""
    reach = round(_MOST_SHIFT * field.size.longer)
    best, pose = -np.inf, np.zeros(3)
    for scale, match in _matches(field, positions, normals, reach):
        row, column = np.unravel_index(match.argmax(), match.shape)
        if match[row, column] > best:
            best, pose = match[row, column], np.array([column - reach, row - reach, scale - 1.0])
    return pose


def _matches(
    field: GradientField, positions: NDArray[np.float32], normals: NDArray[np.float32], reach: int
) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Of each scale the agreement of directions at every shift, (2 reach + 1, 2 reach + 1) down and right."""
    from scipy.fft import fft2, ifft2, next_fast_len

    size = field.size
    shape = tuple(next_fast_len(side + 2 * reach) for side in size.shape)
    xx, xy, yy = np.moveaxis(field.tensor, 2, 0)
    seen = (xx - yy + 2j * xy).astype(np.complex64)
    # The root: a few strong edges are not to outvote many.
    seen /= np.sqrt(np.abs(seen)) + 1e-3
    spectrum = fft2(seen, shape)
    directions = (normals[:, 0] + 1j * normals[:, 1]) ** 2
    steps = int(np.ceil(_MOST_SCALE * size.longer / 2 / _SCALE_STEP_PX))
    for scale in 1.0 + _MOST_SCALE * np.arange(-steps, steps + 1) / steps:
        at = np.rint(_moved(positions, np.array([0.0, 0.0, scale - 1.0]), size)).astype(int)
        inside = ((at >= 0) & (at < (size.width, size.height))).all(1)
        drawn = np.zeros(size.shape, np.complex64)
        np.add.at(drawn, (at[inside, 1], at[inside, 0]), directions[inside])
        match = ifft2(np.conj(fft2(drawn, shape)) * spectrum).real
        rows, columns = (np.arange(-reach, reach + 1) % side for side in shape)
        yield float(scale), match[np.ix_(rows, columns)].astype(np.float32)


def _refined(
    field: GradientField, positions: NDArray[np.float32], normals: NDArray[np.float32], pose: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The pose under which the samples lie on the edges found near them, in the least squares."""
    arms = positions - _center(field.size)
    columns = np.concatenate([normals, (normals * arms).sum(1, keepdims=True)], axis=1).astype(np.float64)
    for tolerance_px in _REFINE_PX:
        hits = find_edges(field, _moved(positions, pose, field.size), normals, tolerance_px=tolerance_px)
        if hits.found.sum() < _MIN_SAMPLES:
            break
        offsets = hits.offsets_px[hits.found].astype(np.float64)
        weights = np.ones_like(offsets)
        for _ in range(_REWEIGHTED):
            # Cauchy's weights, as square roots on both sides of the equations.
            step = np.linalg.lstsq(columns[hits.found] * weights[:, None], offsets * weights, rcond=None)[0]
            weights = 1.0 / np.hypot(1.0, (offsets - columns[hits.found] @ step) / _OTHER_LINE_PX)
        pose = pose + step
    return pose
