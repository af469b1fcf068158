"""What a picture keeps of a drawing: its lines, and how far they moved; nothing else is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap
from archviz.fidelity.drift import Drift, drift_from_lines
from archviz.fidelity.edges import EdgeEvidence, wire_evidence
from archviz.fidelity.report import evidence_json
from archviz.fidelity.wireframe import Wireframe, trace_lines

__all__ = ["DrawnReport", "report_drawn"]

_NOT_MEASURABLE = "not measurable from a drawing"
_NO_SCORES = ("silhouette_iou", "straightness_px", "openings", "shadow_agreement")


@dataclass(frozen=True, eq=False, kw_only=True)
class DrawnReport:
    """What one picture keeps of its drawing.

    Parameters
    ----------
    lines
        Evidence of the drawn lines.
    drift
        From each drawn line to the nearest edge in the picture.
    """

    lines: EdgeEvidence
    drift: Drift

    def to_json(self) -> dict[str, Any]:
        """The object of ``archviz check``; what a drawing cannot tell is null, with that reason."""
        scores = {
            "edge_recall": (self.lines.score, self.lines.reason),
            **dict.fromkeys(_NO_SCORES, (None, _NOT_MEASURABLE)),
            "drift_px": (self.drift.median_px, self.drift.reason),
        }
        answer: dict[str, Any] = {key: None if value is None else round(value, 4) for key, (value, _) in scores.items()}
        answer["edges"] = {"lines": evidence_json(self.lines)}
        answer["drift"] = self.drift.to_json()
        answer["reasons"] = {key: reason for key, (value, reason) in scores.items() if value is None}
        return answer


def report_drawn(picture: NDArray[np.generic], lines: EdgeMap, *, wireframe: Wireframe | None = None) -> DrawnReport:
    """Score a picture against the drawing that it was made from.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1].
    lines
        (H, W) the drawing's lines at the picture's size.
    wireframe
        The lines', where they are traced already.

    Raises
    ------
    OptionError
        The picture has another size, dtype or range.
    """
    wires = trace_lines(lines) if wireframe is None else wireframe
    return DrawnReport(lines=wire_evidence(picture, wires), drift=drift_from_lines(picture, wires))
