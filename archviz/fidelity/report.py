"""All scores of one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.openings import Opening
from archviz.fidelity.drift import Drift, drift
from archviz.fidelity.edges import EdgeEvidence, shown_evidence
from archviz.fidelity.judged_view import JudgedView
from archviz.fidelity.openings import Openings, judge_views
from archviz.fidelity.shadows import ShadowAgreement, shadow_agreement
from archviz.fidelity.shown import Shown
from archviz.fidelity.silhouette import Silhouette, shown_silhouette
from archviz.fidelity.straightness import Straightness, shown_straightness

__all__ = ["FidelityReport", "evidence_json", "report", "report_view"]


@dataclass(frozen=True, eq=False, kw_only=True)
class FidelityReport:
    """What one picture keeps of its model and its sun.

    Parameters
    ----------
    building, surroundings
        Edge evidence of each.
    silhouette
        Building against sky, and the evidence of its whole outline.
    straightness
        Waver of long edges.
    openings
        Windows and doors by name; ``None`` where none were given.
    shadows
        ``None`` where no light was given.
    drift
        ``None`` where no second picture was given.
    """

    building: EdgeEvidence
    surroundings: EdgeEvidence
    silhouette: Silhouette
    straightness: Straightness
    openings: Openings | None
    shadows: ShadowAgreement | None
    drift: Drift | None

    def to_json(self) -> dict[str, Any]:
        """The object of ``archviz check``.

        ``edge_recall`` is the building's edge evidence over chance (1 all lines, 0 no better than
        the shifted wireframe); raw recall and chance stand in ``edges``. A score without a meaning
        is null and its reason stands in ``reasons``.
        """
        shadows, moved = self.shadows, self.drift
        scores: dict[str, tuple[float | None, str | None]] = {
            "edge_recall": (self.building.score, self.building.reason),
            "silhouette_iou": (self.silhouette.iou, self.silhouette.reason),
            "straightness_px": (self.straightness.excess_px, self.straightness.reason),
            "shadow_agreement": (None, "no light was given") if shadows is None else (shadows.auc, shadows.reason),
            "drift_px": (None, "no reference picture was given") if moved is None else (moved.median_px, moved.reason),
        }
        answer: dict[str, Any] = {key: _rounded(value) for key, (value, _) in scores.items()}
        reasons = {key: reason for key, (value, reason) in scores.items() if value is None}
        answer["openings"] = None
        if self.openings is None:
            reasons["openings"] = "no openings were given"
        elif not self.openings.judged:
            reasons["openings"] = self.openings.reason
        else:
            answer["openings"] = [opening.to_json() for opening in self.openings.judged]
            answer["openings_summary"] = self.openings.to_json()
        answer["edges"] = {
            "building": evidence_json(self.building),
            "surroundings": evidence_json(self.surroundings),
            "outline": evidence_json(self.silhouette.boundary),
        }
        if moved is not None:
            answer["drift"] = moved.to_json()
        if shadows is not None and shadows.gain is not None:
            answer["sun_gain"] = _rounded(shadows.gain)
        if shadows is not None and shadows.rank is not None:
            answer["shadow_rank"] = {"rank": shadows.rank, "of": 1 + len(shadows.turned)}
        answer["reasons"] = reasons
        return answer


def report(
    picture: NDArray[np.generic],
    gbuffer: GBuffer,
    light: LightBuffer | None = None,
    *,
    openings: Sequence[Opening] | None = None,
    reference: NDArray[np.generic] | None = None,
    other: NDArray[np.generic] | None = None,
    turned: Mapping[float, LightBuffer] | None = None,
) -> FidelityReport:
    """Score a picture against its view.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the G-buffer's size.
    gbuffer
        The view.
    light
        The light that was asked for; without it shadows are not judged.
    openings
        Windows and doors of the G-buffer's scene; without them none is judged.
    reference
        Truth, lit clay or deferred colour of the same view and light: what can be seen at all.
    other
        Another picture of the same view, to measure drift from.
    turned
        Light under the sun turned by so many degrees.

    Raises
    ------
    OptionError
        A picture has another size, dtype or range.
    """
    ready = JudgedView.of(gbuffer, openings)
    truth = None if reference is None else Shown(reference, ready.wireframe)
    return report_view(picture, ready, light, reference=truth, other=other, turned=turned)


def report_view(
    picture: NDArray[np.generic],
    view: JudgedView,
    light: LightBuffer | None = None,
    *,
    reference: Shown | None = None,
    other: NDArray[np.generic] | None = None,
    turned: Mapping[float, LightBuffer] | None = None,
) -> FidelityReport:
    """:func:`report` on a view that is ready, against a reference that is measured: for many pictures of one view."""
    shown, gbuffer = Shown(picture, view.wireframe, reference=reference), view.gbuffer
    illumination = None if light is None else light.illumination
    return FidelityReport(
        building=shown_evidence(shown, part="building"),
        surroundings=shown_evidence(shown, part="surroundings"),
        silhouette=shown_silhouette(shown, gbuffer),
        straightness=shown_straightness(shown, view.edges),
        openings=None if view.openings is None else judge_views(shown, view, illumination=illumination),
        shadows=None if light is None else shadow_agreement(picture, gbuffer, light, turned=turned),
        drift=None if other is None else drift(other, picture, gbuffer, wireframe=view.wireframe),
    )


def evidence_json(evidence: EdgeEvidence) -> dict[str, Any]:
    """Its figures, without the single samples."""
    return {
        "recall": _rounded(evidence.recall),
        "chance": _rounded(evidence.chance),
        "score": _rounded(evidence.score),
        "samples": evidence.samples,
        "observable": evidence.observable,
        "thin": evidence.thin,
        "reason": evidence.reason,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
