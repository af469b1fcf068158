"""Small scenes with known geometry, and their G-buffers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Element, ElementTable, Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination
from archviz.core.maps import DepthMap, EdgeMap, IdMap, NormalMap
from archviz.core.material import Material, TextureFamily
from archviz.core.place import SunDirection
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene

Quad = NDArray[np.floating]
Piece = tuple[str, Part, Material, list[Quad]]
WATER = Material(name="water", base_color=(0.02, 0.05, 0.05), roughness=0.05, family=TextureFamily.WATER)
_NIGHT_SKY = {"zenith_radiance": (0.0, 0.0, 0.0), "horizon_radiance": (0.0, 0.0, 0.0)}


def build(pieces: list[Piece]) -> Scene:
    """A scene of elements, each a name, a part, a material and quads (4, 3) counter-clockwise from outside."""
    quads = [np.asarray(q, dtype=float) for piece in pieces for q in piece[3]]
    rows = 4 * np.arange(len(quads))[:, None]
    faces = (rows + np.array([0, 1, 2, 0, 2, 3])).reshape(-1, 3)
    owners = np.repeat(np.arange(len(pieces)), [2 * len(piece[3]) for piece in pieces])
    elements = tuple(Element(name=p[0], material=k, part=p[1]) for k, p in enumerate(pieces))
    table = ElementTable(elements, tuple(p[2] for p in pieces))
    return Scene(vertices_m=np.concatenate(quads), faces=faces, face_elements=owners, table=table)


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> list[Quad]:
    """Six quads."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    return [
        np.array([(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)]),
        np.array([(x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)]),
        np.array([(x1, y1, z0), (x0, y1, z0), (x0, y1, z1), (x1, y1, z1)]),
        np.array([(x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)]),
        np.array([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)]),
        np.array([(x0, y1, z0), (x1, y1, z0), (x1, y0, z0), (x0, y0, z0)]),
    ]


def floor(half_m: float, z: float = 0.0) -> list[Quad]:
    """One level quad about the origin, facing up."""
    h = half_m
    return [np.array([(-h, -h, z), (h, -h, z), (h, h, z), (-h, h, z)])]


def before_water(low: tuple[float, float, float], high: tuple[float, float, float]) -> Scene:
    """A red box on endless water, whose element is the first."""
    return build(
        [
            ("lake", Part.GROUND, WATER, floor(500)),
            ("box", Part.BUILDING, Material(name="red", base_color=(0.9, 0.0, 0.0)), box(low, high)),
        ]
    )


def gbuffer_of(caster: RayCaster, camera: Camera) -> GBuffer:
    """The G-buffer by plain ray casting, without edges."""
    rays = camera.ray_directions()
    hits = caster.first_hits(np.asarray(camera.position_m), rays)
    faces = hits.faces.reshape(camera.size.shape)
    hit = faces >= 0
    normals = np.where(hit[..., None], caster.face_normals[faces], 0).astype(np.float32)
    normals *= np.where(np.einsum("hwc,hwc->hw", normals, rays) > 0, -1, 1).astype(np.float32)[..., None]
    along = rays @ camera.basis()[2].astype(np.float32)
    return GBuffer(
        camera=camera,
        table=caster.scene.table,
        depth=DepthMap(hits.distances_m.reshape(hit.shape) * along),
        normals=NormalMap(normals),
        elements=IdMap(np.where(hit, caster.scene.face_elements[faces], -1).astype(np.int32)),
        edges=EdgeMap(np.zeros(hit.shape, dtype=np.float32)),
    )


def pixel_of(camera: Camera, point_m: tuple[float, float, float]) -> tuple[int, int]:
    """(row, column) of a world point."""
    (x, y), _ = (a[0] for a in camera.project(np.array([point_m])))
    return int(y), int(x)


def flat(material: Material, camera: Camera, part: Part = Part.GROUND) -> tuple[RayCaster, GBuffer]:
    """A level plane, and the view of it."""
    caster = RayCaster(build([("plane", part, material, floor(3000))]))
    return caster, gbuffer_of(caster, camera)


def only_sun(sun: SunDirection | None, **changes: object) -> Illumination:
    """The sun in a black sky, or that with other values."""
    values: dict[str, object] = {"sun": sun, "sun_irradiance": (2.0, 1.8, 1.5) if sun else (0, 0, 0)}
    return Illumination(**(_NIGHT_SKY | values | changes))  # type: ignore[arg-type]
