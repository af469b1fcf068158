"""Scores of a picture against its maps and its sun; every score has a chance level that it must beat."""

from archviz.fidelity.drawn import DrawnReport, report_drawn
from archviz.fidelity.drift import Drift, drift
from archviz.fidelity.edges import EdgeEvidence, edge_evidence, shown_evidence
from archviz.fidelity.heatmap import paint_heatmap
from archviz.fidelity.intervals import Interval, bootstrap_mean
from archviz.fidelity.judged_view import JudgedView
from archviz.fidelity.openings import JudgedOpening, Openings, judge_openings
from archviz.fidelity.registration import Registration, register, register_wires
from archviz.fidelity.report import FidelityReport, report, report_view
from archviz.fidelity.shadows import ShadowAgreement, ShadowGroup, shadow_agreement, sun_gain
from archviz.fidelity.shown import Shown
from archviz.fidelity.silhouette import Silhouette, silhouette
from archviz.fidelity.straightness import Straightness, straightness
from archviz.fidelity.wireframe import Wireframe, trace_lines, trace_wireframe

__all__ = [
    "DrawnReport",
    "Drift",
    "EdgeEvidence",
    "FidelityReport",
    "Interval",
    "JudgedOpening",
    "JudgedView",
    "Openings",
    "Registration",
    "ShadowAgreement",
    "ShadowGroup",
    "Shown",
    "Silhouette",
    "Straightness",
    "Wireframe",
    "bootstrap_mean",
    "drift",
    "edge_evidence",
    "judge_openings",
    "paint_heatmap",
    "register",
    "register_wires",
    "report",
    "report_drawn",
    "report_view",
    "shadow_agreement",
    "shown_evidence",
    "silhouette",
    "straightness",
    "sun_gain",
    "trace_lines",
    "trace_wireframe",
]
