"""The desk: a drawing beside what is read from it, and what the hand does to it."""

from archviz.ui.desk.panel import show_desk

__all__ = ["show_desk"]
