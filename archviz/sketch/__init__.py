"""Drawings: read as drawn, cleaned, and turned into lines."""

from archviz.sketch.adjustments import (
    Adjustments,
    NotesMode,
    PaperMode,
    Stroke,
    damage_from_mask,
    outlines_of_mask,
)
from archviz.sketch.diagnosis import diagnose
from archviz.sketch.drawing import Drawing, DrawingKind, load_drawing
from archviz.sketch.estimate import Estimate, Layer, closer_size, estimate_space, weights_sha256, working_size
from archviz.sketch.findings import Diagnosis, DiagnosisCode, Language
from archviz.sketch.lines import Fit, Placement, extract_lines, extract_small_lines, place_drawing
from archviz.sketch.paths import paved_ground
from archviz.sketch.perspective import Perspective, find_perspective
from archviz.sketch.pixels import MAX_PIXELS, MAX_SIDE_PX
from archviz.sketch.plan import certainly_a_plan, swings_of
from archviz.sketch.strokes import drawn_ink
from archviz.sketch.surface import flatten_regions, integrate_normals
from archviz.sketch.vanishing import Areas, Vanishing, find_vanishing, trace_areas, verticals_stay
from archviz.sketch.windows import frames_around, square_windows

__all__ = [
    "MAX_PIXELS",
    "MAX_SIDE_PX",
    "Adjustments",
    "Areas",
    "Diagnosis",
    "DiagnosisCode",
    "Drawing",
    "DrawingKind",
    "Estimate",
    "Fit",
    "Language",
    "Layer",
    "NotesMode",
    "PaperMode",
    "Perspective",
    "Stroke",
    "Vanishing",
    "certainly_a_plan",
    "closer_size",
    "damage_from_mask",
    "Placement",
    "diagnose",
    "drawn_ink",
    "estimate_space",
    "extract_lines",
    "extract_small_lines",
    "find_perspective",
    "find_vanishing",
    "flatten_regions",
    "frames_around",
    "integrate_normals",
    "load_drawing",
    "outlines_of_mask",
    "paved_ground",
    "place_drawing",
    "square_windows",
    "swings_of",
    "trace_areas",
    "verticals_stay",
    "weights_sha256",
    "working_size",
]
