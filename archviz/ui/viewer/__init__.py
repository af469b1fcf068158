"""The 3D viewer: the model on the page, seen by the camera that will take the picture."""

from archviz.ui.viewer.choosing import clicked_element
from archviz.ui.viewer.corrections import show_corrections
from archviz.ui.viewer.panel import show_element, show_viewer

__all__ = ["clicked_element", "show_corrections", "show_element", "show_viewer"]
