"""Figures and contact sheet of the embedded engine on held-out scenes."""

from archviz.training.evaluation.rows import ROWS
from archviz.training.evaluation.run import evaluate

__all__ = ["ROWS", "evaluate"]
