"""Silhouette: does the building stand against the sky where the model says?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.fidelity.edges import EdgeEvidence, shown_evidence
from archviz.fidelity.shown import Shown
from archviz.fidelity.wireframe import Wireframe, trace_wireframe

__all__ = ["Silhouette", "shown_silhouette", "silhouette"]

# Less of a border than this says nothing about an outline.
_MIN_BORDER_PX = 40
_BINS = 24
# Lab ranges of sRGB colours.
_LOW = np.array([0.0, -90.0, -110.0], dtype=np.float32)
_SPAN = np.array([100.0, 190.0, 210.0], dtype=np.float32)
# Below this share of right guesses, colour does not tell building from sky and an outline drawn
# from it would be noise.
_MIN_ACCURACY = 0.75
# One pixel's log odds count no more than this, or the rarer colour would win every border.
_MAX_ODDS = 2.0
# Specks of a texture, not parts of an outline.
_SPECK_SHARE = 0.002


@dataclass(frozen=True, eq=False, kw_only=True)
class Silhouette:
    """The building's outline in a picture.

    Parameters
    ----------
    iou
        Building against sky: intersection over union of the model's and the picture's building, in
        the pixels that the model gives to either; ``None`` where it has no meaning.
    reason
        Why there is none.
    boundary
        Edge evidence along the whole outline, ground and trees included.
    """

    iou: float | None
    reason: str | None
    boundary: EdgeEvidence


def silhouette(
    picture: NDArray[np.generic],
    gbuffer: GBuffer,
    *,
    reference: NDArray[np.generic] | None = None,
    wireframe: Wireframe | None = None,
) -> Silhouette:
    """Compare the building's outline with the model's.

    The colours that the picture has in the model's sky and in its building decide, pixel by pixel,
    which of the two is seen (Bayes' rule on smoothed Lab histograms); panes that mirror the sky are
    enclosed by the building and belong to it.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the G-buffer's size.
    gbuffer
        The view.
    reference
        As in :func:`archviz.fidelity.edges.edge_evidence`.
    wireframe
        The G-buffer's, where it is traced already.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    wires = trace_wireframe(gbuffer) if wireframe is None else wireframe
    truth = None if reference is None else Shown(reference, wires)
    return shown_silhouette(Shown(picture, wires, reference=truth), gbuffer)


def shown_silhouette(shown: Shown, gbuffer: GBuffer) -> Silhouette:
    """:func:`silhouette` of a picture that is measured already."""
    boundary = shown_evidence(shown, part="outline")
    parts = gbuffer.parts()
    sky = parts == int(Part.SKY)
    building = np.isin(parts, [int(Part.BUILDING), int(Part.OPENING)])
    iou, reason = _sky_iou(shown.display, sky, building)
    return Silhouette(iou=iou, reason=reason, boundary=boundary)


def _sky_iou(
    display: NDArray[np.float32], sky: NDArray[np.bool_], building: NDArray[np.bool_]
) -> tuple[float | None, str | None]:
    import cv2

    grown = cv2.dilate(sky.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if (border := int((grown & building).sum())) < _MIN_BORDER_PX:
        return None, f"{border} px of the building stand against the sky; a silhouette needs {_MIN_BORDER_PX}"
    domain = sky | building
    evidence = _sky_evidence(display, sky, building)
    accuracy = ((evidence[sky] > 0).mean() + (evidence[building] < 0).mean()) / 2
    if accuracy < _MIN_ACCURACY:
        return None, f"building and sky have the same colours: {accuracy:.0%} told apart, {_MIN_ACCURACY:.0%} needed"
    speck = int(_SPECK_SHARE * domain.sum())
    open_sky = domain & (evidence > 0)
    open_sky &= _component_share(open_sky, sky, smallest=speck) > 0.0
    seen = domain & ~open_sky
    seen &= _component_share(seen, domain, smallest=speck) > 0.0
    return float((seen & building).sum() / max((seen | building).sum(), 1)), None


def _sky_evidence(
    display: NDArray[np.float32], sky: NDArray[np.bool_], building: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """(H, W) log odds of sky against building by colour, averaged over neighbours of the domain."""
    import cv2
    from scipy.ndimage import gaussian_filter

    lab = cv2.cvtColor(display, cv2.COLOR_RGB2LAB)
    bins = np.clip((lab - _LOW) / _SPAN * _BINS, 0, _BINS - 1).astype(np.int32)
    flat = (bins[..., 0] * _BINS + bins[..., 1]) * _BINS + bins[..., 2]
    shares = []
    for mask in (sky, building):
        counts = np.bincount(flat[mask], minlength=_BINS**3).reshape((_BINS,) * 3).astype(np.float64)
        shares.append(gaussian_filter(counts / counts.sum(), 0.8, mode="constant").ravel())
    odds = np.log((shares[0] + 1e-6) / (shares[1] + 1e-6)).clip(-_MAX_ODDS, _MAX_ODDS).astype(np.float32)[flat]
    domain = (sky | building).astype(np.float32)
    weight = cv2.GaussianBlur(domain, (0, 0), 1.0)
    return cv2.GaussianBlur(odds * domain, (0, 0), 1.0) / np.maximum(weight, 1e-6)


def _component_share(mask: NDArray[np.bool_], wanted: NDArray[np.bool_], *, smallest: int) -> NDArray[np.float32]:
    """(H, W) share of each connected region that lies in ``wanted``; 0 outside and for specks."""
    import cv2

    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    area = np.bincount(labels.ravel(), minlength=count)
    inside = np.bincount(labels[wanted], minlength=count)
    share = np.where(area >= smallest, inside / np.maximum(area, 1), 0.0)
    share[0] = 0.0
    return share.astype(np.float32)[labels]
