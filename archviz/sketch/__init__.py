"""Drawings: read as drawn, cleaned, and turned into lines."""

from archviz.sketch.diagnosis import Diagnosis, DiagnosisCode, diagnose
from archviz.sketch.drawing import MAX_PIXELS, MAX_SIDE_PX, Drawing, DrawingKind, load_drawing
from archviz.sketch.lines import Fit, Placement, extract_lines, place_drawing

__all__ = [
    "MAX_PIXELS",
    "MAX_SIDE_PX",
    "Diagnosis",
    "DiagnosisCode",
    "Drawing",
    "DrawingKind",
    "Fit",
    "Placement",
    "diagnose",
    "extract_lines",
    "load_drawing",
    "place_drawing",
]
