"""The light model, for pixels and for what mirrors show."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.illumination import Illumination
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport.surface import GLASS_TRANSMISSION, blockers
from archviz.lighting.clouds import cloudy_sky
from archviz.lighting.sky import sky_irradiance, sky_radiance

__all__ = [
    "GLASS_MIRROR",
    "ROOM_SHARE",
    "WATER_MIRROR",
    "WATER_ROUGHNESS",
    "WET_DARKENING",
    "WET_MIRROR_SHARE",
    "World",
    "clear_tint",
    "fresnel",
    "ground_color",
    "seen_sky",
]

Array = NDArray[np.float32]

# Light that comes back out of an unlit room through its window, as a share of the light that falls on it.
ROOM_SHARE = 0.12
# Reflectance at normal incidence: a pane mirrors at both faces; water has an index of 1.33.
GLASS_MIRROR = 0.08
WATER_MIRROR = 0.02
WATER_ROUGHNESS = 0.4
# Wet ground: a film of water that covers part of it and darkens the rest.
WET_MIRROR_SHARE = 0.5
WET_DARKENING = 0.45
# Clouds are smoothed over fewer pixels than this.
_CLOUD_REACH_PX = 13
# Occluding things are lit too: what they hide of the sky, they give back in part.
_REFLECTED_SHARE = 0.25
# Rays start so far off a face.
_LIFT_M = np.float32(5e-3)
# Openness assumed where it is not traced: of path-traced training views, what surfaces and mirrors show is nearest to
# the truth with this.
_MEAN_OPENNESS = 0.4


def fresnel(cosine: Array, normal_reflectance: float) -> Array:
    """Share that a dielectric mirrors (C. Schlick, "An inexpensive BRDF model", 1994)."""
    return normal_reflectance + (1 - normal_reflectance) * (1 - np.clip(cosine, 0.0, 1.0)) ** 5


def clear_tint(base_color: NDArray[np.floating]) -> NDArray[np.float32]:
    """(..., 3) share of light that glass of a base colour lets pass."""
    return (0.6 + 0.4 * np.asarray(base_color)).astype(np.float32)


def ground_color(scene: Scene) -> tuple[float, float, float]:
    """Mean base colour of the ground about the building; a neutral fifth where there is none."""
    table = scene.table
    ground = (table.element_parts() == int(Part.GROUND))[scene.face_elements]
    if not ground.any():
        return (0.2, 0.2, 0.2)
    corners = scene.triangles_m[ground].astype(np.float64)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    bounds = scene.building_bounds()
    reach = max(bounds.extents_m)
    distances = np.linalg.norm(corners.mean(axis=1)[:, :2] - np.array(bounds.center_m)[:2], axis=1)
    # As a wall sees the ground: by solid angle, the near more than the far.
    weights = areas / (distances**2 + reach**2) ** 2
    colors = table.material_values("base_color")[table.element_materials()][scene.face_elements[ground]]
    r, g, b = (weights @ colors / max(weights.sum(), 1e-20)).tolist()
    return (r, g, b)


def seen_sky(
    rays: Array, where: NDArray[np.bool_], illumination: Illumination, seed: int | None, *, disc: bool = True
) -> Array:
    """Radiance of the sky with its clouds.

    Parameters
    ----------
    rays
        (H, W, 3) unit vectors away from the eye, or from what mirrors.
    where
        (H, W) the pixels that show it; the answer is right there alone.
    illumination
        The light.
    seed
        Of clouds and stars; ``None`` leaves the sky bare.
    disc
        Whether the sun's or moon's disc is drawn.

    Returns
    -------
    ndarray
        (H, W, 3) float32.
    """
    bare = sky_radiance(rays, illumination, disc=disc)
    if seed is None or not where.any():
        return bare
    import cv2

    # Clouds are made of neighbouring rays; none need be made along rays that meet the ground.
    near = cv2.dilate(where.astype(np.uint8), np.ones((_CLOUD_REACH_PX, _CLOUD_REACH_PX), np.uint8)) > 0
    seen = np.where(near[..., None], rays, np.array([0, 0, -1], np.float32))
    return cloudy_sky(bare, seen, illumination, seed=seed)


@dataclass(frozen=True, eq=False, kw_only=True)
class World:
    """A scene under one light.

    Parameters
    ----------
    caster
        The scene.
    illumination
        The light.
    lit_faces
        (f,) bool faces of lit panes.
    sky_seed
        Of clouds and stars; ``None`` leaves the sky bare.
    """

    caster: RayCaster
    illumination: Illumination
    lit_faces: NDArray[np.bool_]
    sky_seed: int | None = None
    ground: tuple[float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ground", ground_color(self.caster.scene))

    def ambient(self, normals: Array, openness: Array | float) -> Array:
        """(..., 3) irradiance of sky and bounced light where ``openness`` of the hemisphere is open."""
        around = sky_irradiance(normals, self.illumination, ground_albedo=self.ground)
        return around * self.kept(openness)[..., None]

    @staticmethod
    def kept(openness: Array | float) -> Array:
        """Share of the light from all around that is left where ``openness`` of the hemisphere is open."""
        return np.asarray(openness + (1 - openness) * _REFLECTED_SHARE, dtype=np.float32)

    def direct(self, normals: Array, visible: Array) -> Array:
        """(..., 3) irradiance of the sun."""
        light = self.illumination
        if light.sun is None:
            return np.zeros_like(normals)
        facing = np.maximum(normals @ light.sun.vector.astype(np.float32), 0.0) * visible
        return facing[..., None] * np.array(light.sun_irradiance, dtype=np.float32)

    def hazed(self, radiance: Array, distances_m: Array) -> Array:
        """Radiance behind ``distances_m`` of air."""
        clear = np.exp(-np.float32(self.illumination.haze_per_m) * distances_m)[..., None]
        return radiance * clear + np.array(self.illumination.horizon_radiance, dtype=np.float32) * (1 - clear)

    def sky(self, rays: Array, where: NDArray[np.bool_], *, disc: bool = True) -> Array:
        """(H, W, 3) radiance of the sky along a picture's rays, right ``where`` it is asked for."""
        return seen_sky(rays, where, self.illumination, self.sky_seed, disc=disc)

    def along(self, origins_m: Array, directions: Array, *, sky: Array) -> Array:
        """(n, 3) radiance that comes along rays, plainly shaded: no lamp, no second mirror.

        Parameters
        ----------
        origins_m, directions
            (n, 3); directions are unit vectors away from the receiver.
        sky
            (n, 3) radiance of the sky along each.
        """
        radiance = sky.copy()
        solid = blockers(self.caster)
        hits = solid.caster.first_hits(origins_m, directions)
        hit = hits.faces >= 0
        if not hit.any():
            return radiance
        rows = hits.faces[hit]
        points = origins_m[hit] + directions[hit] * hits.distances_m[hit, None]
        shaded = self.plain(solid.faces[rows], points, solid.facing_normals(rows, directions[hit]))
        radiance[hit] = self.hazed(shaded, hits.distances_m[hit])
        return radiance

    def plain(self, faces: NDArray[np.int32], points_m: Array, normals: Array) -> Array:
        """(n, 3) radiance of points of the scene's faces: sun and sky, a room behind glass, no lamp and no mirror.

        Parameters
        ----------
        faces
            (n,) rows of the scene's faces.
        points_m, normals
            (n, 3) on them, and on the side that is seen.
        """
        scene, light = self.caster.scene, self.illumination
        materials = scene.table.element_materials()[scene.face_elements[faces]]
        base = scene.table.material_values("base_color")[materials]
        glass = scene.table.material_values("transmission")[materials] > GLASS_TRANSMISSION
        irradiance = self.ambient(normals, _MEAN_OPENNESS)
        if light.sun is not None:
            facing = normals @ light.sun.vector.astype(np.float32) > 0
            visible = np.zeros(len(faces), dtype=np.float32)
            towards = np.broadcast_to(light.sun.vector, (int(facing.sum()), 3))
            starts = points_m[facing] + normals[facing] * _LIFT_M
            visible[facing] = ~blockers(self.caster).caster.occluded(starts, towards)
            irradiance = irradiance + self.direct(normals, visible)
        base = np.where(glass[:, None], np.float32(ROOM_SHARE), base)
        radiance = base / np.float32(np.pi) * irradiance
        window = np.array(light.window_radiance, dtype=np.float32)
        return np.where(self.lit_faces[faces][:, None], window, radiance).astype(np.float32)
