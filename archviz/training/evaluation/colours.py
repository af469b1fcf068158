"""Whether a material that was asked for can be told from others by its colour in the picture."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import ElementTable, Part
from archviz.core.gbuffer import GBuffer
from archviz.core.material import Material
from archviz.geometry.scene import Scene
from archviz.presets import linear_color, materials

__all__ = ["TEST_MATERIALS", "apart", "largest_element", "median_color", "nearest", "with_material"]

# Of the catalogue: what facades are made of, each at least 12 CIEDE2000 from all others.
TEST_MATERIALS = ("white-plaster", "yellow-limewash", "red-brick", "dark-concrete", "cement-render", "timber",
                  "glazed-brick", "mosaic")  # fmt: skip
_OPAQUE = 0.5
# The border mixes with what lies beside it.
_BORDER_PX = 2
_FEWEST_PX = 40


def apart(colors: Sequence[NDArray[np.float32]]) -> float:
    """The smallest CIEDE2000 difference between two of (3,) CIE Lab colours."""
    return min(_difference(a, b) for a, b in itertools.combinations(colors, 2))


def nearest(color: NDArray[np.float32], others: Sequence[NDArray[np.float32]]) -> int:
    """Row of the colour that has the smallest CIEDE2000 difference, all (3,) CIE Lab."""
    return int(np.argmin([_difference(color, other) for other in others]))


def _difference(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    from skimage.color import deltaE_ciede2000

    return float(deltaE_ciede2000(a.astype(np.float64), b.astype(np.float64)))  # type: ignore[no-untyped-call]


def largest_element(gbuffer: GBuffer) -> int | None:
    """Row of the building's opaque element that fills most of the view; ``None`` where there is none."""
    opaque = gbuffer.material_values("transmission") <= _OPAQUE
    own = gbuffer.elements.array[(gbuffer.parts() == int(Part.BUILDING)) & opaque]
    return int(np.bincount(own).argmax()) if own.size else None


def with_material(scene: Scene, element: int, material_id: str) -> Scene:
    """The scene with one element in a material of the catalogue, matte."""
    preset = materials()[material_id]
    made = Material(
        name=f"test {material_id}", base_color=linear_color(preset.srgb), roughness=0.9, family=preset.family
    )
    table = scene.table
    elements = list(table.elements)
    elements[element] = replace(elements[element], material=len(table.materials))
    return replace(scene, table=ElementTable(tuple(elements), (*table.materials, made)))


def median_color(picture: NDArray[np.generic], gbuffer: GBuffer, element: int) -> NDArray[np.float32] | None:
    """(3,) float32 median CIE Lab of an element away from its border; ``None`` where too little of it is seen.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1].
    """
    import cv2

    mask = (gbuffer.elements.array == element).astype(np.uint8)
    inner = cv2.erode(mask, np.ones((2 * _BORDER_PX + 1,) * 2, np.uint8), borderValue=1).astype(bool)
    if inner.sum() < _FEWEST_PX:
        return None
    display = picture.astype(np.float32) / (255 if picture.dtype == np.uint8 else 1)
    return np.median(cv2.cvtColor(display, cv2.COLOR_RGB2LAB)[inner], axis=0).astype(np.float32)
