"""What a diffusion engine is told: the control stack of `mini`, control pictures for public ControlNets."""

from archviz.control.images import depth_picture, edge_picture, normal_picture
from archviz.control.stack import CHANNELS, GROUPS, Group, control_stack, drop_groups, with_light

__all__ = [
    "CHANNELS",
    "GROUPS",
    "Group",
    "control_stack",
    "depth_picture",
    "drop_groups",
    "edge_picture",
    "normal_picture",
    "with_light",
]
