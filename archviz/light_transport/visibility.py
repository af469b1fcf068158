"""Where the sun is seen from: cast shadows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import ROTATED_GRID_PX, Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import LightMap
from archviz.core.place import SunDirection
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.surface import Surface, blockers, surface_of

__all__ = ["sun_visibility"]

# A plane nearer to edge-on than this gets no sunlight worth a ray.
_GRAZING = 1e-4
_SUN_RADIUS = np.radians(0.266)
# Points of the disc at two thirds of its radius.
_DISC_SAMPLES = ((0.67, 0.0), (0.0, 0.67), (-0.67, 0.0), (0.0, -0.67))


def sun_visibility(caster: RayCaster, gbuffer: GBuffer, sun: SunDirection | None, *, smooth: bool = True) -> LightMap:
    """Share of the sun's disc that each pixel's surface sees.

    Parameters
    ----------
    caster
        The scene of the G-buffer.
    gbuffer
        The view.
    sun
        Where the sun stands; ``None`` or below the horizon there is no sunlight.
    smooth
        Whether pixels on the border of a shadow get four more rays, within the pixel and the disc.

    Returns
    -------
    LightMap
        1 in the sun; 0 in cast shadow, on faces turned away and in the sky's pixels.
    """
    visible = np.zeros(gbuffer.size.shape, dtype=np.float32)
    if sun is None or sun.altitude_deg <= 0:
        return LightMap(visible)
    surface = surface_of(gbuffer)
    direction = sun.vector.astype(np.float32)
    facing = surface.hit & (surface.normals @ direction > _GRAZING)
    origins = surface.origins_m(facing)
    light = blockers(caster).caster
    visible[facing] = ~light.occluded(origins, np.broadcast_to(direction, origins.shape))
    if smooth:
        border = _border(visible, facing)
        visible[border] = _supersampled(light, gbuffer.camera, surface, border, sun, visible[border])
    return LightMap(visible)


def _border(visible: NDArray[np.float32], facing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels with both light and shadow among their facing neighbours."""
    import cv2

    kernel = np.ones((3, 3), dtype=np.uint8)
    lit = facing & (visible > 0)
    shadowed = facing & ~lit
    near_lit = cv2.dilate(lit.astype(np.uint8), kernel) > 0
    near_shadow = cv2.dilate(shadowed.astype(np.uint8), kernel) > 0
    return np.asarray(facing & near_lit & near_shadow)


def _supersampled(
    light: RayCaster,
    camera: Camera,
    surface: Surface,
    where: NDArray[np.bool_],
    sun: SunDirection,
    center: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Mean of the centre's ray and four more, on the tangent plane and over the sun's disc."""
    eye = np.asarray(camera.position_m, dtype=np.float32)
    right, up, forward = camera.basis().astype(np.float32)
    origins = surface.origins_m(where)
    normals = surface.normals[where]
    rays = origins - eye
    rays /= (rays @ forward)[:, None]
    height = np.einsum("nc,nc->n", normals, origins - eye)
    aim = sun.vector
    side = np.cross(aim, [0.0, 0.0, 1.0] if abs(aim[2]) < 0.9 else [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    rise = np.cross(side, aim)
    total = center.copy()
    for (dx, dy), (du, dv) in zip(ROTATED_GRID_PX, _DISC_SAMPLES, strict=True):
        moved = rays + (dx * right + dy * up) / np.float32(camera.focal_px)
        slope = np.einsum("nc,nc->n", normals, moved)
        # Where the neighbouring ray runs along the plane, the centre's point stands for it.
        safe = np.abs(slope) > 1e-3
        points = np.where(safe[:, None], eye + moved * (height / np.where(safe, slope, 1.0))[:, None], origins)
        direction = (aim + _SUN_RADIUS * (du * side + dv * rise)).astype(np.float32)
        total += ~light.occluded(points, np.broadcast_to(direction, points.shape))
    return total / np.float32(len(ROTATED_GRID_PX) + 1)
