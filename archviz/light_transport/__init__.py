"""What the light does to each pixel: shadows, occlusion, lamps, mirrors, deferred colour."""

from archviz.light_transport.deferred import light
from archviz.light_transport.occlusion import ambient_occlusion, occlusion_radius_m
from archviz.light_transport.visibility import sun_visibility

__all__ = ["ambient_occlusion", "light", "occlusion_radius_m", "sun_visibility"]
