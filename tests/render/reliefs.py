"""A house, and the relief that a perfect reader makes of its drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.scene import Scene
from archviz.render.relief import Relief, lift
from archviz.sketch import Estimate, Layer
from archviz.training.drawn_views import layers_of
from tests.geometry.shapes import box, quad, scene

SIZE = Size(height=256, width=384)
GLASS = Material(name="glass", transmission=0.9)
LEAVES = Material(name="leaves", family=TextureFamily.FOLIAGE)
LAWN = Material(name="lawn", family=TextureFamily.GRASS)
MEADOW = Material(name="meadow", family=TextureFamily.GRASS)
GROUND = ((-900, -900, 0), (900, -900, 0), (900, 900, 0), (-900, 900, 0))


def house() -> Scene:
    """A 9 x 7 x 6 m block with two windows in front, a hedge beside it, on level ground."""
    return scene(
        {
            "walls": box((-4.5, 0, 0), (4.5, 7, 6)),
            "left": (box((-3.5, -0.05, 1), (-1.5, 0.05, 3)), GLASS, Part.OPENING),
            "right": (box((1, -0.05, 1), (3.5, 0.05, 5)), GLASS, Part.OPENING),
            "hedge": (box((6, 0, 0), (8, 1, 1.5)), LEAVES, Part.SURROUNDINGS),
            "ground": (quad(*GROUND), LAWN, Part.GROUND),
        }
    )


EYE_LEVEL = Camera(
    position_m=(-9, -13, 1.6), target_m=(0, 2, 1.6), focal_mm=28, sensor_mm=36, shift=(0.0, 0.08), size=SIZE
)
AERIAL = Camera(position_m=(-14, -20, 16), target_m=(0, 3, 2), focal_mm=28, sensor_mm=36, size=SIZE)


def exact(camera: Camera) -> tuple[GBuffer, Estimate]:
    """What a perfect reader sees in a drawing of the house."""
    gbuffer = rasterize(house(), camera)
    layers = layers_of(gbuffer)
    own = np.isin(layers, [Layer.BUILDING, Layer.OPENING])
    depth = gbuffer.depth.array / np.median(gbuffer.depth.array[own])
    return gbuffer, Estimate(
        layers=np.stack([(layers == layer) for layer in Layer]).astype(np.float32),
        depth=np.where(gbuffer.hit, depth, 1.0).astype(np.float32),
        normals=gbuffer.camera_normals(),
        confidence=np.ones(SIZE.shape, dtype=np.float32),
    )


def lifted(camera: Camera) -> tuple[GBuffer, Relief]:
    truth, estimate = exact(camera)
    relief = lift(estimate, truth.edges)
    assert relief is not None
    return truth, relief


def iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / (one | other).sum())
