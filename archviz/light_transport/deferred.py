"""The deferred colour: all light that can be computed without a path tracer, through the tone curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.errors import InternalError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination, LightBuffer
from archviz.core.maps import ColorMap, LightMap
from archviz.core.material import TextureFamily
from archviz.core.tone import luminance, tone_map
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.blades import Blades
from archviz.light_transport.bounce import Bounce, trace_bounce
from archviz.light_transport.foliage import Foliage
from archviz.light_transport.lamps import lamp_irradiance
from archviz.light_transport.leaves import bent_normals, share_among_blades
from archviz.light_transport.masonry import detailed_color
from archviz.light_transport.occlusion import ambient_occlusion
from archviz.light_transport.shading import (
    GLASS_MIRROR,
    ROOM_SHARE,
    WATER_MIRROR,
    WATER_ROUGHNESS,
    WET_DARKENING,
    WET_MIRROR_SHARE,
    World,
    clear_tint,
    fresnel,
)
from archviz.light_transport.surface import GLASS_TRANSMISSION, Surface, surface_of
from archviz.light_transport.visibility import sun_visibility
from archviz.light_transport.water import Ripples, find_ripples

__all__ = ["light"]

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# A streak on wet ground is one part in so many of the picture's width and height.
_STREAK = (120, 16)
# Lamp light below this displayed radiance is not traced.
_LEAST_SHOWN = 0.004
# Water that falls has no ripples.
_LEVEL = 0.99


@dataclass(frozen=True, eq=False, kw_only=True)
class _Mirrors:
    """Which pixels mirror, and how much of the mirror ray they show."""

    glass: Mask
    clear: Mask
    wet: Mask
    lit: Mask
    share: Array
    ripples: Ripples


def light(
    caster: RayCaster,
    gbuffer: GBuffer,
    illumination: Illumination,
    *,
    lamps_m: NDArray[np.floating] | None = None,
    lit_faces: NDArray[np.bool_] | None = None,
    sun_visible: LightMap | None = None,
    occlusion: LightMap | None = None,
    bounce: Bounce | None = None,
    sky_seed: int | None = None,
) -> LightBuffer:
    """Light a G-buffer.

    Diffuse surfaces send ``base_color / pi`` times the irradiance of sun, sky (as far as it is
    open), lamps, and what surfaces in sun and sky send one another. Glass shows a dark or lit room
    behind one mirror ray, water and wet ground a mirror ray over their own colour. Haze takes the
    horizon's colour. Clouds are seen, and cast no shadow of their own.

    Parameters
    ----------
    caster
        The scene of the G-buffer.
    gbuffer
        The view.
    illumination
        The light.
    lamps_m
        (k, 3) positions of lamps [m]; they shine where ``illumination.lamp_intensity`` is not 0.
    lit_faces
        (f,) bool faces of lit panes, from :func:`archviz.geometry.panes.lit_panes`.
    sun_visible, occlusion, bounce
        Of this view if they are known, so that many lights share them.
    sky_seed
        Decides the shapes of the clouds, as much of them as the light has; ``None`` leaves the sky bare.

    Returns
    -------
    LightBuffer
        Every map at the G-buffer's size.
    """
    faces = len(caster.scene.faces)
    lit = np.zeros(faces, dtype=np.bool_) if lit_faces is None else np.asarray(lit_faces, dtype=np.bool_)
    if lit.shape != (faces,):
        raise InternalError(f"lit faces {lit.shape} do not fit a scene of {faces} faces")
    surface = surface_of(gbuffer)
    world = World(caster=caster, illumination=illumination, lit_faces=lit, sky_seed=sky_seed)
    sun_visible = sun_visible or sun_visibility(caster, gbuffer, illumination.sun)
    occlusion = occlusion or ambient_occlusion(caster, gbuffer)
    bounce = bounce or trace_bounce(caster, surface)
    rays = gbuffer.camera.ray_directions()
    mirrors = _mirrors(caster, gbuffer, surface, rays, illumination, lit)
    sky = world.sky(rays, ~surface.hit | mirrors.clear)

    lamps = _lamp_light(caster, gbuffer, illumination, lamps_m)
    normals = bent_normals(gbuffer, surface)
    irradiance = world.direct(normals, sun_visible.array)
    blades = Blades(caster, gbuffer, surface)
    blades.light(irradiance, world)
    irradiance += world.ambient(normals, occlusion.array) * bounce.factor(world) + lamps
    share_among_blades(irradiance, gbuffer)
    own = gbuffer.material_values("emission") * float(any(illumination.lamp_intensity))
    color = _surface_color(gbuffer, surface, rays, mirrors, illumination)
    blades.tint(color)
    radiance = color / np.float32(np.pi) * irradiance
    Foliage(caster, gbuffer, surface, rays).shade(radiance, color, irradiance, occlusion.array, world)
    radiance += own
    radiance[mirrors.lit] = illumination.window_radiance
    _show_through(radiance, world, gbuffer, surface, rays, sky, mirrors.clear)
    _mirror(radiance, world, surface, rays, mirrors)
    radiance = world.hazed(radiance, surface.distances_m)
    radiance[~surface.hit] = sky[~surface.hit]

    shining = np.where(mirrors.lit[..., None], np.array(illumination.window_radiance), own + lamps / np.pi)
    return LightBuffer(
        illumination=illumination,
        sun_visible=sun_visible,
        sun_shading=LightMap(_sun_shading(surface, illumination, sun_visible)),
        ambient_occlusion=occlusion,
        emission=LightMap(_squashed(luminance(shining) * illumination.exposure)),
        deferred=ColorMap(tone_map(radiance * np.float32(illumination.exposure))),
    )


def _lamp_light(
    caster: RayCaster, gbuffer: GBuffer, illumination: Illumination, lamps_m: NDArray[np.floating] | None
) -> Array:
    """(H, W, 3) irradiance of all lamps."""
    intensity = np.array(illumination.lamp_intensity, dtype=np.float32)
    if lamps_m is None or not len(lamps_m) or not intensity.any():
        return np.zeros((*gbuffer.size.shape, 3), dtype=np.float32)
    least = _LEAST_SHOWN * np.pi / (illumination.exposure * float(intensity.max()))
    return lamp_irradiance(caster, gbuffer, lamps_m, least=least)[..., None] * intensity


def _mirrors(
    caster: RayCaster,
    gbuffer: GBuffer,
    surface: Surface,
    rays: Array,
    illumination: Illumination,
    lit: NDArray[np.bool_],
) -> _Mirrors:
    parts = gbuffer.parts()
    families = gbuffer.families()
    glass = surface.hit & (gbuffer.material_values("transmission") > GLASS_TRANSMISSION)
    smooth = gbuffer.material_values("roughness") < WATER_ROUGHNESS
    water = surface.hit & ~glass & smooth & (families == int(TextureFamily.WATER))
    glass &= families != int(TextureFamily.WATER)
    # Rain shines on what is hard; in grass it only darkens.
    hard = ~np.isin(families, [int(TextureFamily.GRASS), int(TextureFamily.FOLIAGE)])
    wet = (parts == int(Part.GROUND)) & ~water & ~glass & hard & (illumination.wetness > 0)
    level = water & (surface.normals[..., 2] > _LEVEL)
    ripples = find_ripples(level, surface.points_m, surface.distances_m, gbuffer.camera)
    facing = np.where(level[..., None], ripples.normals, surface.normals)
    cosine = -np.einsum("hwc,hwc->hw", rays, facing)
    share = np.where(glass, fresnel(cosine, GLASS_MIRROR), 0.0)
    film = fresnel(cosine, WATER_MIRROR)
    share = np.where(water, film, share)
    share = np.where(wet, film * np.float32(WET_MIRROR_SHARE * illumination.wetness), share)
    panes = (parts == int(Part.OPENING)) | (glass & (parts == int(Part.SURROUNDINGS)))
    shown = np.zeros(surface.hit.shape, dtype=np.bool_)
    if lit.any() and panes.any():
        # The G-buffer keeps elements; which pane of an element is seen, the ray tells.
        faces = caster.first_hits(np.asarray(gbuffer.camera.position_m), rays[panes]).faces
        shown[panes] = np.where(faces >= 0, lit[faces], False)
    return _Mirrors(
        glass=glass,
        clear=glass & (parts == int(Part.BUILDING)),
        wet=wet,
        lit=shown,
        share=share.astype(np.float32),
        ripples=ripples,
    )


def _surface_color(
    gbuffer: GBuffer, surface: Surface, rays: Array, mirrors: _Mirrors, illumination: Illumination
) -> Array:
    """(H, W, 3) diffuse reflectance: courses and boards, a dark room behind glass, darkened where wet."""
    base = detailed_color(gbuffer, surface, rays)
    base[mirrors.glass] *= ROOM_SHARE
    if illumination.wetness > 0:
        wet = (gbuffer.parts() == int(Part.GROUND)) & ~mirrors.glass
        base[wet] *= 1 - WET_DARKENING * illumination.wetness
    return base


def _show_through(
    radiance: Array, world: World, gbuffer: GBuffer, surface: Surface, rays: Array, sky: Array, clear: Mask
) -> None:
    """Put what stands behind the building's clear glass into its pixels, tinted by the glass."""
    if clear.any():
        tint = clear_tint(gbuffer.material_values("base_color")[clear])
        radiance[clear] = world.along(surface.points_m[clear], rays[clear], sky=sky[clear]) * tint


def _mirror(radiance: Array, world: World, surface: Surface, rays: Array, mirrors: _Mirrors) -> None:
    """Lay one mirror ray over the pixels that have a share of it."""
    where = mirrors.share > 1e-3
    if not where.any():
        return
    incoming, normals = rays[where], surface.normals[where]
    mirrored = np.zeros_like(rays)
    mirrored[where] = incoming - 2 * np.einsum("nc,nc->n", incoming, normals)[:, None] * normals
    sky = world.sky(mirrored, where, disc=False)
    seen = np.zeros_like(radiance)
    seen[where] = world.along(surface.origins_m(where), mirrored[where], sky=sky[where])
    wet = mirrors.wet & where
    if wet.any():
        seen[wet] = _streaked(seen, wet)[wet]
    if (rippled := mirrors.ripples.where & where).any():
        seen[rippled] = mirrors.ripples.mirrored(seen)[rippled]
    share = mirrors.share[..., None]
    radiance[where] = (radiance * (1 - share) + seen * share)[where]


def _streaked(seen: Array, where: Mask) -> Array:
    """What wet ground mirrors, drawn out downwards as on a rough film, from the pixels ``where`` alone."""
    import cv2

    height, width = where.shape
    kernel = (width // _STREAK[0] + 1, height // _STREAK[1] + 1)
    weight = cv2.blur(where.astype(np.float32), kernel)
    blurred = cv2.blur(seen * where[..., None], kernel)
    return np.asarray(blurred / np.maximum(weight, 1e-6)[..., None], dtype=np.float32)


def _sun_shading(surface: Surface, illumination: Illumination, visible: LightMap) -> Array:
    if illumination.sun is None:
        return np.zeros_like(visible.array)
    facing = np.clip(surface.normals @ illumination.sun.vector.astype(np.float32), 0.0, 1.0)
    return (facing * visible.array).astype(np.float32)


def _squashed(exposed: Array) -> Array:
    """[0, inf) to [0, 1): a half at 1, where the tone curve reaches a bright wall."""
    return (exposed / (1 + exposed)).astype(np.float32)
