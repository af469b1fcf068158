"""A scene, a camera and a light in Mitsuba's words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.illumination import Illumination
from archviz.geometry.scene import Scene
from archviz.light_transport.clay.surfaces import SurfaceGroup
from archviz.light_transport.shading import GLASS_MIRROR, WATER_MIRROR, WET_MIRROR_SHARE, ground_color
from archviz.lighting.sky import sky_irradiance, sky_radiance

__all__ = ["SUN", "describe_light", "describe_sensor", "describe_surfaces", "sky_alone", "sun_to_world"]

Description = dict[str, Any]

SUN = "sun"
"""The sun's name in the description."""

# Rows of the sky's picture from zenith to nadir; it is the same all around, so two columns would do.
_SKY_ROWS, _SKY_COLUMNS = 512, 8
# A sun's disc and a picture's nearest thing are farther and nearer than any scene's.
_NEAR_M, _FAR_M = 1e-2, 1e5
# A film of rain on rough ground draws out what it mirrors.
_WET_ROUGHNESS = 0.15
# Share of the samples of direct light that lamps and windows get together, by night and by day.
_LAMP_WEIGHT, _WINDOW_WEIGHT = 2.0, 0.6
_LEAST_WINDOW = 1e-3


def describe_sensor(mi: Any, camera: Camera, *, samples: int) -> Description:
    """The camera: pixel for pixel that of the rasterizer."""
    width, height = camera.size.width, camera.size.height
    x, y = camera.principal_point_px
    return {
        "type": "perspective",
        "fov": math.degrees(2 * math.atan(camera.sensor_mm / (2 * camera.focal_mm))),
        "fov_axis": "larger",
        "principal_point_offset_x": 0.5 - x / width,
        "principal_point_offset_y": 0.5 - y / height,
        "near_clip": _NEAR_M,
        "far_clip": _FAR_M,
        "to_world": mi.ScalarTransform4f().look_at(
            list(camera.position_m), list(camera.target_m), list(camera.basis()[1])
        ),
        "film": {
            "type": "hdrfilm",
            "width": width,
            "height": height,
            "pixel_format": "rgb",
            "component_format": "float32",
            # A pixel is the mean of its own samples: no sum that depends on the order of its neighbours.
            "rfilter": {"type": "box"},
        },
        "sampler": {"type": "multijitter", "sample_count": samples},
    }


def describe_surfaces(
    mi: Any, scene: Scene, groups: list[SurfaceGroup], illumination: Illumination, *, flipped: NDArray[np.bool_]
) -> Description:
    """A mesh for each group of faces.

    Parameters
    ----------
    flipped
        (f,) bool faces whose corners are taken in the other order; light leaves a face at its front only.
    """
    found: Description = {}
    for row, group in enumerate(groups):
        parts: Description = {"bsdf": _material(group, illumination)}
        if any(group.radiance):
            weight = _WINDOW_WEIGHT if max(group.radiance) * illumination.exposure > _LEAST_WINDOW else 0.0
            parts["light"] = {"type": "area", "radiance": _rgb(group.radiance), "sampling_weight": weight}
        found[f"surface{row}"] = _mesh(mi, f"surface{row}", scene, group.faces, flipped, parts)
    return found


def describe_light(
    mi: Any, scene: Scene, illumination: Illumination, lamps_m: NDArray[np.floating] | None
) -> Description:
    """Sky, sun and lamps."""
    found: Description = {"sky": _sky(mi, scene, illumination)}
    if illumination.sun is not None and any(illumination.sun_irradiance):
        found[SUN] = {
            "type": "directional",
            "to_world": sun_to_world(mi, illumination, (0.0, 0.0)),
            "irradiance": _rgb(illumination.sun_irradiance),
        }
    if lamps_m is not None and len(lamps_m) and any(illumination.lamp_intensity):
        for row, lamp in enumerate(np.asarray(lamps_m, dtype=np.float64)):
            found[f"lamp{row}"] = {
                "type": "point",
                "position": lamp.tolist(),
                "intensity": _rgb(illumination.lamp_intensity),
                "sampling_weight": _LAMP_WEIGHT / len(lamps_m),
            }
    return found


def sun_to_world(mi: Any, illumination: Illumination, off_axis: tuple[float, float]) -> Any:
    """Where a ray of the sun points that comes ``off_axis`` (across, up) of the disc's middle [radians]."""
    if illumination.sun is None:
        raise ValueError("a light without a sun has no sun's ray")
    aim = illumination.sun.vector
    across = np.cross(aim, [0.0, 0.0, 1.0] if abs(aim[2]) < 0.9 else [0.0, 1.0, 0.0])
    across /= np.linalg.norm(across)
    aim = aim + off_axis[0] * across + off_axis[1] * np.cross(across, aim)
    return mi.ScalarTransform4f().look_at([0.0, 0.0, 0.0], (-aim).tolist(), across.tolist())


def sky_alone(illumination: Illumination) -> Illumination:
    """The two lobes of the sky and nothing else."""
    return Illumination(
        sun=None,
        sun_irradiance=(0.0, 0.0, 0.0),
        zenith_radiance=illumination.zenith_radiance,
        horizon_radiance=illumination.horizon_radiance,
    )


def _sky(mi: Any, scene: Scene, illumination: Illumination) -> Description:
    """The two lobes of the sky, and below the horizon the ground that goes on where the scene ends.

    The glow about the sun counts as sunlight, as in the deferred light.
    """
    up = np.cos((np.arange(_SKY_ROWS) + 0.5) / _SKY_ROWS * np.pi)
    rays = np.stack([np.sqrt(1 - up**2), np.zeros_like(up), up], axis=1)
    dome = sky_alone(illumination)
    rows = sky_radiance(rays, dome)
    light: NDArray[np.floating] = sky_irradiance(np.array([0.0, 0.0, 1.0]), dome)
    if illumination.sun is not None:
        light = light + np.array(illumination.sun_irradiance) * max(0.0, float(illumination.sun.vector[2]))
    rows[up < 0] = light * np.array(ground_color(scene)) / np.pi
    picture = np.repeat(rows[:, None].astype(np.float32), _SKY_COLUMNS, axis=1)
    return {
        "type": "envmap",
        "bitmap": mi.Bitmap(picture),
        # Mitsuba's pictures of the sky stand on the y axis.
        "to_world": mi.ScalarTransform4f().rotate([1.0, 0.0, 0.0], 90.0),
    }


def _material(group: SurfaceGroup, illumination: Illumination) -> Description:
    matte = {"type": "diffuse", "reflectance": _rgb(group.color)}
    if group.kind in ("matte", "lamp"):
        return {"type": "twosided", "bsdf": matte}
    if group.kind == "clear":
        tint = _rgb(group.color)
        return {"type": "thindielectric", "int_ior": _index(GLASS_MIRROR / 2), "specular_transmittance": tint}
    if group.kind in ("pane", "lit", "water"):
        index = _index(WATER_MIRROR if group.kind == "water" else GLASS_MIRROR)
        return {"type": "twosided", "bsdf": {"type": "plastic", "int_ior": index, **_under(matte)}}
    film = {"type": "roughplastic", "int_ior": _index(WATER_MIRROR), "alpha": _WET_ROUGHNESS, **_under(matte)}
    weight = WET_MIRROR_SHARE * illumination.wetness
    return {"type": "twosided", "bsdf": {"type": "blendbsdf", "weight": weight, "dry": matte, "film": film}}


def _under(matte: Description) -> Description:
    # nonlinear: what returns from under the film is the colour itself, undimmed by inner reflections.
    return {"diffuse_reflectance": matte["reflectance"], "nonlinear": False}


def _index(normal_reflectance: float) -> float:
    """Refractive index of a dielectric that mirrors so much at normal incidence."""
    root = math.sqrt(normal_reflectance)
    return (1 + root) / (1 - root)


def _mesh(
    mi: Any, name: str, scene: Scene, faces: NDArray[np.int32], flipped: NDArray[np.bool_], parts: Description
) -> Any:
    corners = np.where(flipped[faces, None], scene.faces[faces][:, ::-1], scene.faces[faces])
    rows, local = np.unique(corners, return_inverse=True)
    props = mi.Properties()
    for key, part in parts.items():
        props[key] = mi.load_dict(part)
    props["face_normals"] = True
    mesh = mi.Mesh(name, vertex_count=len(rows), face_count=len(faces), props=props)
    values = mi.traverse(mesh)
    values["vertex_positions"] = np.ascontiguousarray(scene.vertices_m[rows].ravel(), dtype=np.float32)
    values["faces"] = np.ascontiguousarray(local.ravel(), dtype=np.uint32)
    values.update()
    return mesh


def _rgb(color: tuple[float, float, float]) -> Description:
    return {"type": "rgb", "value": list(color)}
