"""Box houses and pictures of them whose truth is known: a plain ray-traced picture with texture noise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Element, ElementTable, Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination, LightBuffer, sky_weight
from archviz.core.maps import ColorMap, LightMap
from archviz.core.material import Material
from archviz.core.place import SunDirection
from archviz.core.size import Size
from archviz.core.tone import tone_map
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene

SIZE = Size(256, 320)
NOON = SunDirection(altitude_deg=50.0, azimuth_deg=215.0)
MATERIALS = (
    Material(name="wall", base_color=(0.62, 0.55, 0.45)),
    Material(name="glass", base_color=(0.06, 0.08, 0.1)),
    Material(name="roof", base_color=(0.3, 0.12, 0.08)),
    Material(name="ground", base_color=(0.2, 0.25, 0.12)),
    Material(name="tree", base_color=(0.08, 0.18, 0.05)),
)


@dataclass(frozen=True, eq=False)
class View:
    """One scene seen from one camera under one sun."""

    scene: Scene
    gbuffer: GBuffer
    light: LightBuffer
    picture: NDArray[np.uint8]


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> NDArray[np.float32]:
    """(12, 3, 3) triangles of a box, counter-clockwise seen from outside."""
    import trimesh

    mesh = trimesh.creation.box(bounds=[low, high])
    return np.asarray(mesh.triangles, dtype=np.float32)


def assemble(parts: list[tuple[str, int, Part, NDArray[np.float32]]]) -> Scene:
    triangles = np.concatenate([p[3] for p in parts])
    owners = np.concatenate([np.full(len(p[3]), i, np.int32) for i, p in enumerate(parts)])
    table = ElementTable(tuple(Element(name=n, material=m, part=p) for n, m, p, _ in parts), MATERIALS)
    faces = np.arange(len(triangles) * 3, dtype=np.int32).reshape(-1, 3)
    return Scene(vertices_m=triangles.reshape(-1, 3), faces=faces, face_elements=owners, table=table)


def house(seed: int) -> Scene:
    """A house of boxes with windows, a roof slab, a porch, a wing and two trees, all drawn by the seed."""
    rng = np.random.default_rng(seed)
    width, depth, height = rng.uniform(8, 16), rng.uniform(6, 12), rng.uniform(4, 12)
    parts = [
        ("ground", 3, Part.GROUND, box((-200, -200, -1), (200, 200, 0))),
        ("walls", 0, Part.BUILDING, box((-width / 2, -depth / 2, 0), (width / 2, depth / 2, height))),
    ]
    over = rng.uniform(0.3, 1.0)
    parts.append(
        (
            "roof",
            2,
            Part.BUILDING,
            box((-width / 2 - over, -depth / 2 - over, height), (width / 2 + over, depth / 2 + over, height + 0.4)),
        )
    )
    storey, sill = rng.uniform(2.7, 3.8), rng.uniform(0.3, 1.1)
    columns, floors = int(rng.integers(2, 5)), max(1, int(height // storey))
    pitch = width / columns
    wide, tall = rng.uniform(0.35, 0.65) * pitch, rng.uniform(1.2, 1.9)
    for floor in range(floors):
        for column in range(columns):
            x = -width / 2 + (column + 0.5) * pitch
            z = floor * storey + sill
            pane = box((x - wide / 2, -depth / 2 - 0.03, z), (x + wide / 2, -depth / 2 + 0.1, z + tall))
            parts.append((f"window {floor}.{column}", 1, Part.OPENING, pane))
    side = float(rng.choice([-1, 1]))
    wing = rng.uniform(2.5, 4.5)
    x0 = side * width / 2
    x1 = x0 + side * wing
    wing_high = rng.uniform(2.4, 3.2)
    parts.append(("wing", 0, Part.BUILDING, box((min(x0, x1), -depth / 2 - 2, 0), (max(x0, x1), depth / 4, wing_high))))
    for number in range(2):
        x, y = rng.uniform(-18, 18), rng.uniform(depth / 2 + 1, depth / 2 + 8)
        top = rng.uniform(3, 8)
        parts.append((f"tree {number}", 4, Part.SURROUNDINGS, box((x - 1, y - 1, 0), (x + 1, y + 1, top))))
    return assemble(parts)


def camera(seed: int, size: Size = SIZE) -> Camera:
    """An eye-level or raised view from the south, as far from one seed to the next as people's views are."""
    rng = np.random.default_rng(seed + 1000)
    bearing, away, eye = np.radians(rng.uniform(135, 225)), rng.uniform(18, 34), rng.uniform(1.4, 7.0)
    position = (float(away * np.sin(bearing)), float(away * np.cos(bearing)), float(eye))
    return Camera(
        position_m=position,
        target_m=(float(rng.uniform(-3, 3)), 0.0, float(eye)),
        focal_mm=float(rng.uniform(22, 34)),
        shift=(0.0, float(rng.uniform(0.0, 0.16))),
        size=size,
    )


def light_of(caster: RayCaster, gbuffer: GBuffer, illumination: Illumination) -> LightBuffer:
    """Sun by shadow rays, a sky by normal: enough light for shadows to be right."""
    hit = gbuffer.hit
    normals = gbuffer.normals.array
    visible = np.zeros(gbuffer.size.shape, np.float32)
    shading = np.zeros_like(visible)
    if illumination.sun is not None:
        sun = illumination.sun.vector.astype(np.float32)
        cosine = np.where(hit, normals @ sun, 0.0)
        origins = (gbuffer.positions_m() + normals * 2e-3)[hit]
        open_ = ~caster.occluded(origins, np.broadcast_to(sun, origins.shape))
        visible[hit] = open_.astype(np.float32)
        shading = (visible * np.clip(cosine, 0, 1)).astype(np.float32)
    zenith, horizon = (np.array(c, np.float32) for c in (illumination.zenith_radiance, illumination.horizon_radiance))
    up = sky_weight(0.5 + 0.5 * normals[..., 2])[..., None]
    irradiance = np.pi * (0.4 + 0.6 * up) * (horizon + (zenith - horizon) * up)
    irradiance = irradiance + np.array(illumination.sun_irradiance, np.float32) * shading[..., None]
    radiance = gbuffer.base_color().array / np.pi * irradiance
    weight = sky_weight(gbuffer.camera.ray_directions()[..., 2])[..., None]
    radiance = np.where(hit[..., None], radiance, horizon + (zenith - horizon) * weight)
    return LightBuffer(
        illumination=illumination,
        sun_visible=LightMap(visible),
        sun_shading=LightMap(shading),
        ambient_occlusion=LightMap(hit.astype(np.float32)),
        emission=LightMap(np.zeros_like(visible)),
        deferred=ColorMap(tone_map(illumination.exposure * radiance)),
    )


def clear_sky(sun: SunDirection | None = NOON) -> Illumination:
    return Illumination(
        sun=sun,
        sun_irradiance=(3.0, 2.85, 2.6) if sun is not None else (0.0, 0.0, 0.0),
        zenith_radiance=(0.15, 0.25, 0.5),
        horizon_radiance=(0.45, 0.5, 0.6),
    )


def picture_of(scene: Scene, view: Camera, illumination: Illumination, *, grain: float, seed: int) -> NDArray[np.uint8]:
    """The view at twice the size, textured per surface, averaged down: a picture with soft edges."""
    caster = RayCaster(scene)
    double = replace(view, size=Size(view.size.height * 2, view.size.width * 2))
    gbuffer = rasterize(scene, double, caster=caster)
    display = light_of(caster, gbuffer, illumination).deferred.array
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.normal(size=(double.size.height // 8, double.size.width // 8)), double.size.shape[::-1])
    noise = grain * (rng.normal(size=double.size.shape) + coarse)[..., None]
    display = np.clip(display * (1 + noise) + 0.0, 0, 1)
    small = cv2.resize(display.astype(np.float32), view.size.shape[::-1], interpolation=cv2.INTER_AREA)
    return (small * 255 + 0.5).astype(np.uint8)


@lru_cache(maxsize=32)
def view(seed: int, grain: float = 0.12, sun: SunDirection | None = NOON) -> View:
    scene, eye = house(seed), camera(seed)
    caster = RayCaster(scene)
    gbuffer = rasterize(scene, eye, caster=caster)
    sky = clear_sky(sun)
    return View(
        scene,
        gbuffer,
        light_of(caster, gbuffer, sky),
        picture_of(scene, eye, sky, grain=grain, seed=seed),
    )


def shifted(picture: NDArray[np.uint8], dx: int, dy: int = 0) -> NDArray[np.uint8]:
    """The picture moved right and down; its border repeats."""
    rows = np.clip(np.arange(picture.shape[0]) - dy, 0, picture.shape[0] - 1)
    columns = np.clip(np.arange(picture.shape[1]) - dx, 0, picture.shape[1] - 1)
    return picture[rows][:, columns]
