"""The control stack: one tensor that tells the embedded engine what stands where and how it is lit.

Channel order is fixed from the first training on; a later version may fill a channel better but
adds none. A group that is not given is zero, and its flag says so.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.maps import EdgeMap
from archviz.core.size import Size
from archviz.core.tone import linear_to_srgb

__all__ = ["CHANNELS", "GROUPS", "GROUP_CHANNELS", "Group", "control_stack", "drop_groups", "with_light"]

Group = Literal["geometry", "edges", "material", "light", "surroundings"]
GROUPS: tuple[Group, ...] = get_args(Group)

_GROUP_NAMES: dict[Group, tuple[str, ...]] = {
    "geometry": (
        "inverse_depth",
        "normal_right",
        "normal_up_in_view",
        "normal_to_viewer",
        "normal_dot_up",
        "height",
        "is_building",
        "is_surroundings",
        "is_ground",
        "is_sky",
        "is_opening",
        "is_unknown",
    ),
    "edges": ("edges",),
    "material": (
        "base_red",
        "base_green",
        "base_blue",
        "roughness",
        "metallic",
        "transmission",
        "family_0",
        "family_1",
        "family_2",
        "family_3",
    ),
    "light": (
        "sun_shading",
        "ambient_occlusion",
        "emission",
        "deferred_red",
        "deferred_green",
        "deferred_blue",
        "view_to_sun",
        "sun_elevation",
    ),
    # Surroundings own no channel: where they are not given, building and ground stand alone.
    "surroundings": (),
}
CHANNELS: tuple[str, ...] = (
    *(name for group in GROUPS for name in _GROUP_NAMES[group]),
    *(f"given_{group}" for group in GROUPS),
)
GROUP_CHANNELS: dict[Group, tuple[int, ...]] = {
    group: tuple(CHANNELS.index(name) for name in names) for group, names in _GROUP_NAMES.items()
}
_CLASSES = (Part.BUILDING, Part.SURROUNDINGS, Part.GROUND, Part.SKY, Part.OPENING, Part.UNKNOWN)
# Heights of one storey to a few storeys spread over the range; a tower's top still differs from its middle.
_HEIGHT_HALF_M = 6.0


def control_stack(
    gbuffer: GBuffer | None,
    light: LightBuffer | None,
    *,
    size: Size,
    edges: EdgeMap | None = None,
    surroundings_given: bool = True,
) -> NDArray[np.float32]:
    """Stack what is known of a view.

    Parameters
    ----------
    gbuffer
        Geometry and materials of a scene's view; ``None`` where there is no scene.
    light
        What the light does to it; ``None`` leaves the light to the model.
    size
        The picture's size.
    edges
        A drawing's lines where there is no G-buffer.
    surroundings_given
        False where the G-buffer holds the building and its ground only, and the rest is imagined.

    Returns
    -------
    ndarray
        (len(CHANNELS), H, W) float32, each channel in [-1, 1], in the order of :data:`CHANNELS`.

    Raises
    ------
    ValueError
        A map has another size.
    """
    stack = np.zeros((len(CHANNELS), *size.shape), dtype=np.float32)
    for found in (gbuffer, edges):
        if found is not None and found.size != size:
            raise ValueError(f"control stack of {size}: a map of {found.size} does not fit")
    lines = gbuffer.edges if gbuffer is not None else edges
    if lines is not None:
        _put(stack, "edges", lines.array[None])
    if gbuffer is not None:
        _put(stack, "geometry", _geometry(gbuffer))
        _put(stack, "material", _material(gbuffer))
        if surroundings_given:
            _put(stack, "surroundings", np.empty((0, *size.shape), dtype=np.float32))
        if light is not None:
            _put(stack, "light", _light(gbuffer, light))
    return stack


def with_light(stack: NDArray[np.float32], gbuffer: GBuffer, light: LightBuffer) -> NDArray[np.float32]:
    """A copy of a view's stack under a light: lights share all other channels."""
    stack = stack.copy()
    _put(stack, "light", _light(gbuffer, light))
    return stack


def drop_groups(stack: NDArray[np.float32], groups: Collection[Group]) -> NDArray[np.float32]:
    """A copy of a stack in which ``groups`` are not given."""
    stack = stack.copy()
    for group in groups:
        stack[list(GROUP_CHANNELS[group])] = 0.0
        stack[CHANNELS.index(f"given_{group}")] = 0.0
    return stack


def _put(stack: NDArray[np.float32], group: Group, values: NDArray[np.float32]) -> None:
    rows = GROUP_CHANNELS[group]
    if rows:
        stack[rows[0] : rows[-1] + 1] = values
    stack[CHANNELS.index(f"given_{group}")] = 1.0


def _geometry(gbuffer: GBuffer) -> NDArray[np.float32]:
    hit = gbuffer.hit
    height = np.where(hit, gbuffer.positions_m()[..., 2], 0.0)
    squashed = height / (np.abs(height) + _HEIGHT_HALF_M)
    parts = gbuffer.parts()
    return np.concatenate(
        [
            gbuffer.depth.near_white()[None],
            gbuffer.camera_normals().transpose(2, 0, 1),
            gbuffer.normals.array[..., 2][None],
            squashed[None],
            np.stack([parts == int(part) for part in _CLASSES]),
        ]
    ).astype(np.float32)


def _material(gbuffer: GBuffer) -> NDArray[np.float32]:
    return np.concatenate(
        [
            linear_to_srgb(gbuffer.base_color().array).transpose(2, 0, 1),
            *(gbuffer.material_values(name)[None] for name in ("roughness", "metallic", "transmission")),
            gbuffer.family_codes().transpose(2, 0, 1),
        ]
    )


def _light(gbuffer: GBuffer, light: LightBuffer) -> NDArray[np.float32]:
    sun = light.illumination.sun
    flat = np.zeros(gbuffer.size.shape, dtype=np.float32)
    towards = flat if sun is None else (gbuffer.camera.ray_directions() @ sun.vector.astype(np.float32))
    elevation = flat if sun is None else flat + np.float32(sun.vector[2])
    return np.stack(
        [
            light.sun_shading.array,
            light.ambient_occlusion.array,
            light.emission.array,
            *(2.0 * light.deferred.array.transpose(2, 0, 1) - 1.0),
            towards,
            elevation,
        ]
    )
