"""The brush: a picture on the page to paint a mask on or to draw on, and the strokes as pixels."""

from archviz.ui.brush.component import DeskSheet, show_brush, show_desk_sheet
from archviz.ui.brush.strokes import BrushStroke, mask_of_strokes, read_strokes

__all__ = ["BrushStroke", "DeskSheet", "mask_of_strokes", "read_strokes", "show_brush", "show_desk_sheet"]
