"""Primary rays: what the camera sees of a scene, pixel by pixel."""

from __future__ import annotations

import numpy as np

from archviz.core.camera import Camera
from archviz.core.errors import EmptyViewError
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import ColorMap, DepthMap, IdMap, NormalMap
from archviz.geometry.edges import feature_edges
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.geometry.texture import textured_colors

__all__ = ["rasterize"]


def rasterize(scene: Scene, camera: Camera, *, caster: RayCaster | None = None) -> GBuffer:
    """What ``camera`` sees of ``scene``: one ray through each pixel's centre.

    Parameters
    ----------
    scene
        Triangles and materials.
    camera
        The view and the maps' size.
    caster
        The same scene, built for rays already; built here where it is not given.

    Returns
    -------
    GBuffer
        Metric depth, normals towards the viewer, element ids and feature edges.

    Raises
    ------
    EmptyViewError
        No triangle lies inside the view.
    ValueError
        ``caster`` was built for another scene.
    """
    if caster is None:
        caster = RayCaster(scene)
    elif caster.scene is not scene:
        raise ValueError("the ray caster belongs to another scene; build it for this one")
    shape = camera.size.shape
    rays = camera.ray_directions().reshape(-1, 3)
    hits = caster.first_hits(np.asarray(camera.position_m), rays)
    hit = hits.faces >= 0
    if not hit.any():
        raise EmptyViewError(
            f"the camera at {_metres(camera.position_m)} looking at {_metres(camera.target_m)} sees nothing but "
            "sky; turn it to the model or leave the camera out"
        )
    forward = camera.basis()[2].astype(np.float32)
    depth = hits.distances_m * (rays @ forward)
    normals = caster.normals_of(hits, rays)
    elements = caster.elements_of(hits)
    strewn = hits.faces >= scene.first_grown
    colors = textured_colors(scene, camera, hits.faces, hits.distances_m)
    depth_map = DepthMap(depth.reshape(shape))
    normal_map = NormalMap(normals.reshape(*shape, 3))
    id_map = IdMap(elements.reshape(shape))
    return GBuffer(
        camera=camera,
        table=scene.table,
        depth=depth_map,
        normals=normal_map,
        elements=id_map,
        textured=None if colors is None else ColorMap(colors.reshape(*shape, 3)),
        edges=feature_edges(
            camera, scene.table, depth=depth_map, normals=normal_map, elements=id_map, strewn=strewn.reshape(shape)
        ),
    )


def _metres(point: tuple[float, float, float]) -> str:
    return "(" + ", ".join(f"{v:.1f}" for v in point) + ")"
