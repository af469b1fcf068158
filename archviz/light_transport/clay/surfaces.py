"""Which surface of a scene is what to the path tracer: matte, pane, clear glass, water, wet ground, light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination
from archviz.core.material import TextureFamily
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport.shading import ROOM_SHARE, WATER_ROUGHNESS, WET_DARKENING, clear_tint
from archviz.light_transport.surface import GLASS_TRANSMISSION

__all__ = ["SurfaceGroup", "SurfaceKind", "seen_from_behind", "surface_groups"]

Rgb = tuple[float, float, float]
SurfaceKind = Literal["matte", "pane", "clear", "water", "wet", "lit", "lamp"]

_HARDLESS = (int(TextureFamily.GRASS), int(TextureFamily.FOLIAGE))


@dataclass(frozen=True, eq=False, kw_only=True)
class SurfaceGroup:
    """Faces that the path tracer gives one material.

    Parameters
    ----------
    kind
        How light leaves it: ``matte`` evenly; ``pane`` a mirror before a dark room, ``lit`` one before a
        lit room; ``clear`` glass lets light pass; ``water`` and ``wet`` mirror over their own colour;
        ``lamp`` shines by itself.
    color
        Linear reflectance; of ``clear`` glass what it lets pass.
    radiance
        Of its own light.
    faces
        (n,) int32 rows of the scene's faces.
    """

    kind: SurfaceKind
    color: Rgb
    radiance: Rgb
    faces: NDArray[np.int32]


def surface_groups(scene: Scene, illumination: Illumination, lit_faces: NDArray[np.bool_]) -> list[SurfaceGroup]:
    """Every face of a scene, by what light does on it; the same rules as the deferred light's.

    Parameters
    ----------
    scene
        Triangles and materials.
    illumination
        Its wetness, windows and lamps count.
    lit_faces
        (f,) bool faces of lit panes.
    """
    table = scene.table
    parts = table.element_parts()[scene.face_elements]
    materials = table.element_materials()[scene.face_elements]
    kinds = _kinds(scene, parts, materials, illumination)
    kinds[lit_faces] = _KINDS.index("lit")
    # The part decides of two faces of one material whether rain wets them.
    keys = kinds.astype(np.int64) * len(table.materials) + materials
    groups = []
    for key in np.unique(keys):
        kind = _KINDS[int(key) // len(table.materials)]
        material = table.materials[int(key) % len(table.materials)]
        faces = np.flatnonzero(keys == key).astype(np.int32)
        radiance = (0.0, 0.0, 0.0)
        if kind == "lit":
            radiance = illumination.window_radiance
        elif kind == "lamp":
            radiance = material.emission
        color = _color(kind, material.base_color, illumination.wetness)
        groups.append(SurfaceGroup(kind=kind, color=color, radiance=radiance, faces=faces))
    return groups


_KINDS: tuple[SurfaceKind, ...] = ("matte", "pane", "clear", "water", "wet", "lit", "lamp")


def _kinds(
    scene: Scene, parts: NDArray[np.int32], materials: NDArray[np.int32], illumination: Illumination
) -> NDArray[np.int32]:
    """(f,) row of ``_KINDS`` of each face; lit panes are not told apart yet."""
    table = scene.table
    families = np.array([int(m.family) for m in table.materials])[materials]
    water_family = families == int(TextureFamily.WATER)
    glass = (table.material_values("transmission")[materials] > GLASS_TRANSMISSION) & ~water_family
    water = water_family & (table.material_values("roughness")[materials] < WATER_ROUGHNESS)
    kinds = np.zeros(len(scene.faces), dtype=np.int32)
    if illumination.wetness > 0:
        kinds[(parts == int(Part.GROUND)) & ~np.isin(families, _HARDLESS)] = _KINDS.index("wet")
    kinds[water] = _KINDS.index("water")
    kinds[glass] = _KINDS.index("pane")
    kinds[glass & (parts == int(Part.BUILDING))] = _KINDS.index("clear")
    if any(illumination.lamp_intensity):
        shining = table.material_values("emission").max(axis=1)[materials] > 0
        kinds[shining & ~glass] = _KINDS.index("lamp")
    return kinds


def _color(kind: SurfaceKind, base: Rgb, wetness: float) -> Rgb:
    color = np.array(base)
    if kind in ("pane", "lit"):
        color = color * ROOM_SHARE
    elif kind == "clear":
        color = clear_tint(color)
    elif kind == "wet":
        color = color * (1 - WET_DARKENING * wetness)
    r, g, b = color.tolist()
    return (r, g, b)


def seen_from_behind(caster: RayCaster, gbuffer: GBuffer) -> NDArray[np.bool_]:
    """(f,) bool faces whose back the camera sees: there an exporter wound the corners the other way round."""
    rays = gbuffer.camera.ray_directions()[gbuffer.hit]
    faces = caster.first_hits(np.asarray(gbuffer.camera.position_m), rays).faces
    found = faces >= 0
    behind = np.einsum("nc,nc->n", caster.face_normals[faces[found]], rays[found]) > 0
    marked = np.zeros(len(caster.scene.faces), dtype=np.bool_)
    marked[faces[found][behind]] = True
    return marked
