"""Edge evidence: how many of the model's lines a picture shows, over what chance would show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.fidelity.shown import Shown
from archviz.fidelity.wireframe import EdgePart, Wireframe, trace_wireframe

__all__ = ["MIN_SAMPLES", "EdgeEvidence", "edge_evidence", "shown_evidence", "wire_evidence"]

# Neighbouring samples share five pixels of profile, so a hundred are worth about forty: chance
# then scatters by 0.06.
MIN_SAMPLES = 100


@dataclass(frozen=True, eq=False, kw_only=True)
class EdgeEvidence:
    """How many of the model's visible feature edges stand in a picture.

    Parameters
    ----------
    recall
        Share of observable samples found; ``None`` with too few of them.
    chance
        Mean share found on the 16 shifted copies of the wireframe.
    score
        ``(recall - chance) / (1 - chance)``: 1 all lines, 0 no better than chance.
    samples, thin, observable
        Number of samples of the part, of those on features thinner than 1.5 px, and of those that
        were judged. The rest shows no contrast in the reference.
    reason
        Why there is no score.
    positions_px, offsets_px, found
        (observable, 2), (observable,) and (observable,): where was looked, where along the normal
        the edge stands (NaN where not found), and what was found.
    """

    recall: float | None
    chance: float | None
    score: float | None
    samples: int
    thin: int
    observable: int
    reason: str | None
    positions_px: NDArray[np.float32]
    offsets_px: NDArray[np.float32]
    found: NDArray[np.bool_]


def edge_evidence(
    picture: NDArray[np.generic],
    gbuffer: GBuffer,
    *,
    reference: NDArray[np.generic] | None = None,
    part: EdgePart = "building",
    wireframe: Wireframe | None = None,
) -> EdgeEvidence:
    """Look for the model's feature edges in a picture.

    Across a sample every two pixels the change of log luminance and of Lab a, b is taken over the
    local deviation. A sample is found where this has a maximum within two pixels, at least half as
    strong as any within eight, and the gradient runs within 25 degrees of the edge's normal.
    Recall alone would be high in any busy picture, so it is set against the recall of the same
    wireframe shifted.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the G-buffer's size.
    gbuffer
        The view.
    reference
        The path-traced truth, lit clay or deferred colour of the same view and light. Samples
        where it shows no contrast are not observable and are left out.
    part
        ``"building"``: edges that touch building or openings; ``"surroundings"``: the others;
        ``"outline"``: edges between the building and anything else; ``"all"``.
    wireframe
        The G-buffer's, where it is traced already.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    wires = trace_wireframe(gbuffer) if wireframe is None else wireframe
    return wire_evidence(picture, wires, reference=reference, part=part)


def wire_evidence(
    picture: NDArray[np.generic],
    wires: Wireframe,
    *,
    reference: NDArray[np.generic] | None = None,
    part: EdgePart = "building",
) -> EdgeEvidence:
    """:func:`edge_evidence` of lines that are traced already, a model's or a drawing's.

    Parameters
    ----------
    picture, reference, part
        As for :func:`edge_evidence`, of the lines' size.
    wires
        The lines.
    """
    truth = None if reference is None else Shown(reference, wires)
    return shown_evidence(Shown(picture, wires, reference=truth), part=part)


def shown_evidence(shown: Shown, *, part: EdgePart) -> EdgeEvidence:
    """:func:`wire_evidence` of a picture that is measured already."""
    wires = shown.wires
    chosen = wires.selected(part)
    usable = chosen & shown.observable
    found = shown.hits.found[usable]
    recall = chance = score = reason = None
    if len(found) < MIN_SAMPLES:
        reason = f"{len(found)} observable samples; a score needs {MIN_SAMPLES}"
    else:
        recall = float(found.mean())
        chance = _chance(shown, usable)
        score = (recall - chance) / (1.0 - chance)
    return EdgeEvidence(
        recall=recall,
        chance=chance,
        score=score,
        samples=int(chosen.sum()),
        thin=int((chosen & wires.thin).sum()),
        observable=len(found),
        reason=reason,
        positions_px=wires.positions_px[usable],
        offsets_px=shown.hits.offsets_px[usable],
        found=found,
    )


def _chance(shown: Shown, usable: NDArray[np.bool_]) -> float:
    """Mean recall on the shifted copies; samples that leave the picture are not counted."""
    kept = [(inside & usable, found) for inside, found in shown.copies]
    shares = [float(found[rows].mean()) for rows, found in kept if rows.sum() >= MIN_SAMPLES // 2]
    # Kept under 1: noise is never found everywhere, but the score divides by what is left.
    return min(float(np.mean(shares)), 0.99) if shares else 0.0
