"""Views that drawings are made from: what stands behind each line, without any light.

One file a view and version, ``<cache>/drawn/<split>-<seed>-<view>-<version>.npz``:

``edges``    (H, W) bool feature edges
``depth_m``  (H, W) float16 along the optical axis, ``inf`` in the sky
``normals``  (H, W, 3) int8 normals along the camera's right, up and towards the viewer, times 127
``layers``   (H, W) uint8 :class:`archviz.sketch.Layer`
``elements`` (H, W) int16, -1 in the sky

Their longer side is twice that at which a drawing is read: small windows are read from nearer, too. They need no
path tracer, so there are many more of them than pictures. ``complete`` is the scene as it
stands; ``sparse`` is what an architect draws of it: the building, its ground and a few plants.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import EmptyViewError, InternalError
from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily
from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.scene import Scene
from archviz.sketch.estimate import CLOSER_LONGER_PX, Layer
from archviz.training.scenes import generate

__all__ = ["DrawnView", "draw_views", "halved", "layers_of", "read_view", "sparse_scene", "targets", "view_paths"]

# Whole blocks at every level of the network, of a view that is halved twice.
_MULTIPLE = 128
# Share of the elements around the building that a sparse drawing shows, drawn anew for every view.
_KEPT_PLANTS = (0.0, 0.3)
_KEPT_OTHERS = (0.0, 0.05)

# Natural logarithm of depth over the building's median; a hall's far end or a hill says no more than that.
_LOG_DEPTH_LIMIT = 3.0

DrawnView = dict[str, NDArray[np.generic]]


def layers_of(gbuffer: GBuffer) -> NDArray[np.uint8]:
    """(H, W) :class:`archviz.sketch.Layer` of each pixel."""
    by_part = {
        Part.UNKNOWN: Layer.BUILDING,
        Part.BUILDING: Layer.BUILDING,
        Part.OPENING: Layer.OPENING,
        Part.GROUND: Layer.GROUND,
        Part.SURROUNDINGS: Layer.OTHER,
        Part.SKY: Layer.SKY,
    }
    table = gbuffer.table
    rows = []
    for element in table.elements:
        leafy = table.materials[element.material].family is TextureFamily.FOLIAGE
        rows.append(Layer.PLANT if leafy and element.part is Part.SURROUNDINGS else by_part[element.part])
    return np.array([*rows, Layer.SKY], dtype=np.uint8)[gbuffer.elements.array]


def sparse_scene(scene: Scene, generator: np.random.Generator) -> Scene:
    """Building, ground, and a random few of the things around."""
    shares = {
        True: generator.uniform(*_KEPT_PLANTS),
        False: generator.uniform(*_KEPT_OTHERS),
    }
    kept = []
    for element in scene.table.elements:
        leafy = scene.table.materials[element.material].family is TextureFamily.FOLIAGE
        kept.append(element.part is not Part.SURROUNDINGS or generator.random() < shares[leafy])
    faces = np.array(kept)[scene.face_elements]
    return replace(scene, faces=scene.faces[faces], face_elements=scene.face_elements[faces])


def draw_views(cache: Path, *, count: int, start: int) -> int:
    """Write the views of ``count`` seeds from ``start`` that are not there yet; returns how many were written."""
    folder = cache / "drawn"
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for seed in range(start, start + count):
        if any(folder.glob(f"*-{seed:06d}-*")):
            continue
        try:
            made = generate(seed)
        except InternalError as error:
            print(f"drawn: {seed:06d} left out: {error}", flush=True)
            continue
        generator = derive_generator(seed, "drawn")
        for row, entry in enumerate(made.record["cameras"]):
            camera = _working_camera(Camera.from_json(entry["camera"]))
            versions = {"complete": made.scene, "sparse": sparse_scene(made.scene, generator)}
            for version, scene in versions.items():
                try:
                    gbuffer = rasterize(scene, camera)
                except EmptyViewError:
                    continue
                _write(folder / f"{made.record['split']}-{seed:06d}-{row}-{version}.npz", gbuffer)
                written += 1
        print(f"drawn: {seed:06d} {made.record['building']['kind']}, {written} views", flush=True)
    return written


def _working_camera(camera: Camera) -> Camera:
    scale = CLOSER_LONGER_PX / camera.size.longer
    height, width = (max(_MULTIPLE, round(side * scale / _MULTIPLE) * _MULTIPLE) for side in camera.size.shape)
    return camera.resized(Size(height=height, width=width))


def _write(path: Path, gbuffer: GBuffer) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        np.savez_compressed(
            file,
            edges=gbuffer.edges.array > 0.5,
            depth_m=np.minimum(gbuffer.depth.array, 60_000.0).astype(np.float16),
            normals=np.round(gbuffer.camera_normals() * 127).astype(np.int8),
            layers=layers_of(gbuffer),
            elements=gbuffer.elements.array.astype(np.int16),
        )
    beside.rename(path)


def view_paths(cache: Path, split: Literal["train", "holdout"]) -> list[Path]:
    """Files of a split, in order."""
    return sorted((cache / "drawn").glob(f"{split}-*.npz"))


def read_view(path: Path) -> DrawnView:
    """The arrays of a file."""
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def halved(view: DrawnView) -> DrawnView:
    """The same at half the size; no line is lost between pixels."""
    edges = view["edges"].astype(bool)
    joined = edges[::2, ::2] | edges[1::2, ::2] | edges[::2, 1::2] | edges[1::2, 1::2]
    return {name: np.ascontiguousarray(array[::2, ::2]) for name, array in view.items()} | {"edges": joined}


def targets(view: DrawnView) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Layers, log depth over the building's median (``nan`` in the sky) and (3, h, w) normals of a view."""
    layers = view["layers"].astype(np.int64)
    own = np.isin(layers, [Layer.BUILDING, Layer.OPENING])
    depth = view["depth_m"].astype(np.float32)
    sky = layers == Layer.SKY
    median = np.median(depth[own] if own.any() else depth[~sky])
    relative = np.log(np.maximum(np.where(sky, median, depth), 1e-3) / median)
    log_depth = np.where(sky, np.nan, np.clip(relative, -_LOG_DEPTH_LIMIT, _LOG_DEPTH_LIMIT))
    normals = view["normals"].astype(np.float32).transpose(2, 0, 1) / np.float32(127)
    return layers, log_depth.astype(np.float32), normals
