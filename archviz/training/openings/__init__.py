"""Calibration of the openings' score on re-rendered scenes: windows taken out of the geometry, or moved."""

from archviz.training.openings.calibrate import calibrate_openings

__all__ = ["calibrate_openings"]
