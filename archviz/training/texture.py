"""How much fine texture a picture carries where its materials are rough: too little is soft, too much is noise."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.material import TextureFamily

__all__ = ["TextureClass", "top_octave_power"]

TextureClass = Literal["wall", "grass", "foliage"]
# Fewer pixels give a figure of chance.
_FEWEST = 1500
# What is nearer to a line or to another class belongs to the line.
_BORDER_PX = 3
_FAMILIES = {"grass": TextureFamily.GRASS, "foliage": TextureFamily.FOLIAGE}


def top_octave_power(picture: NDArray[np.uint8], gbuffer: GBuffer, of: TextureClass) -> float | None:
    """Mean square of what a picture loses when it is halved and doubled again, over one class of surface.

    Parameters
    ----------
    picture
        (H, W, 3) uint8 sRGB.
    gbuffer
        The view's.
    of
        ``wall`` is the building's opaque surface; the others are texture families.

    Returns
    -------
    float or None
        Squared levels of luma; ``None`` where the view shows too little of the class.
    """
    import cv2

    mask = _mask(gbuffer, of)
    near = np.ones((2 * _BORDER_PX + 1,) * 2, np.uint8)
    kept = cv2.erode(mask.astype(np.uint8), near, borderValue=1).astype(bool)
    kept &= cv2.dilate((gbuffer.edges.array > 0.5).astype(np.uint8), near) == 0
    if kept.sum() < _FEWEST:
        return None
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    coarse = cv2.pyrUp(cv2.pyrDown(luma), dstsize=luma.shape[::-1])
    return float(((luma - coarse)[kept] ** 2).mean())


def _mask(gbuffer: GBuffer, of: TextureClass) -> NDArray[np.bool_]:
    if of == "wall":
        return gbuffer.parts() == int(Part.BUILDING)
    families = np.array([m.family == _FAMILIES[of] for m in gbuffer.table.materials])
    materials = gbuffer.materials.array
    return np.where(materials >= 0, families[materials], False)
