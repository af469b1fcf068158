"""The brush: a picture on the page to paint a mask on, and the strokes as pixels."""

from archviz.ui.brush.component import show_brush
from archviz.ui.brush.strokes import mask_of_strokes

__all__ = ["mask_of_strokes", "show_brush"]
