"""The lit clay picture, path-traced by Mitsuba."""

from archviz.light_transport.clay.tracing import trace_clay
from archviz.light_transport.clay.variant import choose_variant, clay_numerics
from archviz.light_transport.clay.white import whitened

__all__ = ["choose_variant", "clay_numerics", "trace_clay", "whitened"]
