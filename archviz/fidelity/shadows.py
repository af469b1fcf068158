"""Shadow agreement: is the picture bright where the sun reaches and dark where it does not?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.tone import luminance, srgb_to_linear
from archviz.fidelity.gradient import as_display

__all__ = ["ShadowAgreement", "ShadowGroup", "shadow_agreement"]

_MIN_PIXELS = 200
_NORMAL_DEG = 10.0
# Penumbra, antialiasing and a pixel of the raster.
_BORDER_PX = 2
_MIN_ALTITUDE_DEG = 3.0
# Luminance of the sun's irradiance: about 3 at noon, 1 near sunset, under 0.05 for a full moon made
# visible.
_MIN_SUN = 0.1
# Cloud cover at which a sky no longer lets a disc through.
_OVERCAST = 0.85
# A surface this transparent or metallic shows what it mirrors, not how it is lit.
_MIRROR = 0.5


@dataclass(frozen=True, kw_only=True)
class ShadowGroup:
    """One element's surface of one direction.

    Parameters
    ----------
    element
        The element's name.
    auc
        Chance that a lit pixel is brighter than one in shadow; ties count half.
    lit_px, shadow_px
        Pixels compared.
    """

    element: str
    auc: float
    lit_px: int
    shadow_px: int


@dataclass(frozen=True, kw_only=True)
class ShadowAgreement:
    """How well a picture's light obeys the sun.

    Parameters
    ----------
    auc
        Mean over groups: 1 all shadows where the sun casts them, 0.5 none, below that elsewhere;
        ``None`` where it has no meaning.
    reason
        Why there is none.
    groups
        What was compared.
    turned
        The same picture judged by the sun turned by so many degrees; ``None`` without groups.
    rank
        Place of the true sun among the turned suns, 1 the best; ``None`` where none was asked.
    """

    auc: float | None
    reason: str | None
    groups: tuple[ShadowGroup, ...]
    turned: Mapping[float, float | None]
    rank: int | None


def shadow_agreement(
    picture: NDArray[np.generic],
    gbuffer: GBuffer,
    light: LightBuffer,
    *,
    turned: Mapping[float, LightBuffer] | None = None,
) -> ShadowAgreement:
    """Compare lit with shadowed pixels of the same surface.

    Within a group of one element and one normal (10 degrees) albedo and sky are the same, so that
    what remains is the sun. Groups need 200 pixels on each side; two pixels along every border are
    left out. Glass, metal and water-like mirrors are no evidence.

    The mask is often the renderer's input as well: the score proves obedience to the sun, not the
    sun's place.

    Parameters
    ----------
    picture
        (H, W, 3) sRGB, uint8 or float [0, 1], of the G-buffer's size.
    gbuffer
        The view.
    light
        Its light under the sun that was asked for.
    turned
        Light of the same view under the sun turned about the vertical, by degrees.

    Raises
    ------
    OptionError
        The picture has another size, dtype or range.
    """
    brightness = luminance(srgb_to_linear(as_display(picture, gbuffer.size)))
    if (reason := _without_meaning(light)) is not None:
        return ShadowAgreement(auc=None, reason=reason, groups=(), turned={}, rank=None)
    groups = tuple(_groups(brightness, gbuffer, light))
    if not groups:
        reason = f"no surface has {_MIN_PIXELS} px in the sun and {_MIN_PIXELS} px in shadow"
        return ShadowAgreement(auc=None, reason=reason, groups=(), turned={}, rank=None)
    auc = float(np.mean([g.auc for g in groups]))
    others: dict[float, float | None] = {}
    for degrees, buffer in (turned or {}).items():
        values = [g.auc for g in _groups(brightness, gbuffer, buffer)]
        others[float(degrees)] = float(np.mean(values)) if values else None
    better = sum(value is not None and value > auc for value in others.values())
    return ShadowAgreement(auc=auc, reason=None, groups=groups, turned=others, rank=1 + better if others else None)


def _without_meaning(light: LightBuffer) -> str | None:
    illumination = light.illumination
    sun = illumination.sun
    if sun is None:
        return "there is no direct sun"
    if sun.altitude_deg < _MIN_ALTITUDE_DEG:
        return f"the sun stands at {sun.altitude_deg:.1f} degrees; shadows are judged from {_MIN_ALTITUDE_DEG:g}"
    if float(luminance(np.array(illumination.sun_irradiance))) < _MIN_SUN:
        return "it is night, or the sun is too weak to cast a shadow"
    if illumination.cloud_cover >= _OVERCAST:
        return "the sky is overcast"
    return None


def _groups(brightness: NDArray[np.float32], gbuffer: GBuffer, light: LightBuffer) -> Iterator[ShadowGroup]:
    """Every surface that has enough pixels on both sides of a shadow."""
    mirror = np.maximum(gbuffer.material_values("transmission"), gbuffer.material_values("metallic")) > _MIRROR
    ids = np.where(mirror, -1, gbuffer.elements.array)
    visible = light.sun_visible.array
    for element in np.unique(ids[ids >= 0]):
        rows, columns = np.nonzero(ids == element)
        if len(rows) < 2 * _MIN_PIXELS:
            continue
        # A frame of one border keeps erosion from taking the crop's rim for a surface's inside.
        box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
        inside = ids[box] == element
        for surface in _one_normal(inside, gbuffer.normals.array[box]):
            lit = surface & (visible[box] >= 0.99) & (light.sun_shading.array[box] > 0.02)
            shadow = surface & (visible[box] <= 0.01)
            values = [brightness[box][_eroded(side)] for side in (lit, shadow)]
            if min(map(len, values)) >= _MIN_PIXELS:
                yield ShadowGroup(
                    element=gbuffer.table.elements[int(element)].name,
                    auc=_auc(*values),
                    lit_px=len(values[0]),
                    shadow_px=len(values[1]),
                )


def _one_normal(inside: NDArray[np.bool_], normals: NDArray[np.float32]) -> Iterator[NDArray[np.bool_]]:
    """Masks of the surfaces whose normals lie within 10 degrees of a common one, the largest first."""
    left = inside.copy()
    while int(left.sum()) >= 2 * _MIN_PIXELS:
        own = normals[left]
        _, first, counts = np.unique(np.rint(own * 20), axis=0, return_index=True, return_counts=True)
        common = own[first[counts.argmax()]]
        surface = left & (normals @ common > np.cos(np.radians(_NORMAL_DEG)))
        if int(surface.sum()) >= 2 * _MIN_PIXELS:
            yield surface
        left &= ~surface


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    import cv2

    kernel = np.ones((2 * _BORDER_PX + 1, 2 * _BORDER_PX + 1), np.uint8)
    return cv2.erode(mask.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0


def _auc(lit: NDArray[np.float32], shadow: NDArray[np.float32]) -> float:
    """Mann and Whitney's U over the number of pairs: P(lit > shadow) + P(equal) / 2."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([lit, shadow]))
    pairs = len(lit) * len(shadow)
    return float((ranks[: len(lit)].sum() - len(lit) * (len(lit) + 1) / 2) / pairs)
