"""Shadow agreement: is the picture bright where the sun reaches and dark where it does not?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.material import TextureFamily
from archviz.core.tone import luminance, srgb_to_linear
from archviz.fidelity.gradient import as_display

__all__ = ["ShadowAgreement", "ShadowGroup", "shadow_agreement", "shadow_disagreement", "sun_gain"]

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
# Of the contrast that the sun has over the sky, in the logarithm, what is left after bounced light
# and the tone curve; and the luminance below which dark is only dark. Found on path-traced and
# diffused pictures of training scenes, where half and one and a half times either do nearly as well.
_CONTRAST_LEFT = 0.6
_DARK = 0.05


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
    gain
        :func:`sun_gain` of the true sun: by this suns are compared, since another sun has other groups.
    turned
        The same gain of the sun turned by so many degrees.
    rank
        Place of the true sun among the turned suns by gain, 1 the best; ``None`` where none was asked.
    """

    auc: float | None
    reason: str | None
    groups: tuple[ShadowGroup, ...]
    gain: float | None
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
        return ShadowAgreement(auc=None, reason=reason, groups=(), gain=None, turned={}, rank=None)
    gain = _gain(brightness, gbuffer, light)
    others = {float(degrees): _gain(brightness, gbuffer, buffer) for degrees, buffer in (turned or {}).items()}
    groups = tuple(_groups(brightness, gbuffer, light))
    return ShadowAgreement(
        auc=float(np.mean([g.auc for g in groups])) if groups else None,
        reason=None if groups else f"no surface has {_MIN_PIXELS} px in the sun and {_MIN_PIXELS} px in shadow",
        groups=groups,
        gain=gain,
        turned=others,
        rank=1 + sum(value > gain for value in others.values()) if others else None,
    )


def sun_gain(picture: NDArray[np.generic], gbuffer: GBuffer, light: LightBuffer) -> float | None:
    """How much better a sun explains a picture's brightness than no sun does.

    Within each material the logarithm of luminance is compared with the logarithm of sun and sky over
    sky alone; the gain is the drop of the mean square from leaving that out. Every pixel counts under
    every sun, so that suns can be compared: a sun that is not there predicts contrasts that are
    missing, and its gain falls below 0.

    Parameters
    ----------
    picture, gbuffer, light
        As for :func:`shadow_agreement`.

    Returns
    -------
    float or None
        In squares of natural logarithms; 0 for no sun; ``None`` where shadows have no meaning.
    """
    brightness = luminance(srgb_to_linear(as_display(picture, gbuffer.size)))
    return None if _without_meaning(light) is not None else _gain(brightness, gbuffer, light)


def _gain(brightness: NDArray[np.float32], gbuffer: GBuffer, light: LightBuffer) -> float:
    used = gbuffer.hit & ~_mirroring(gbuffer)
    if not used.any():
        return 0.0
    now = light.illumination
    sky = 0.5 * np.pi * luminance(np.array(now.zenith_radiance) + np.array(now.horizon_radiance))
    over_sky = luminance(np.array(now.sun_irradiance)) / max(float(sky), 1e-6)
    _, material, count = np.unique(gbuffer.materials.array[used], return_inverse=True, return_counts=True)

    def about_its_mean(values: NDArray[np.float32]) -> NDArray[np.float64]:
        return np.asarray(values - (np.bincount(material, values) / count)[material], dtype=np.float64)

    shown = about_its_mean(np.log(brightness[used] + _DARK))
    expected = about_its_mean(_CONTRAST_LEFT * np.log1p(over_sky * light.sun_shading.array[used]))
    return float(np.mean(shown**2 - (shown - expected) ** 2))


def shadow_disagreement(
    picture: NDArray[np.generic], gbuffer: GBuffer, light: LightBuffer
) -> NDArray[np.float32] | None:
    """Where a picture contradicts the sun: each pixel's share of the pairs that it puts the wrong way round.

    Parameters
    ----------
    picture, gbuffer, light
        As for :func:`shadow_agreement`, whose score is 1 less the mean of this over a group.

    Returns
    -------
    ndarray or None
        (H, W) float32: above 0 too dark for where the sun shines, to 1; below 0 too bright for where
        it does not, to -1; NaN where nothing is judged. ``None`` where no pixel is.
    """
    brightness = luminance(srgb_to_linear(as_display(picture, gbuffer.size)))
    if _without_meaning(light) is not None:
        return None
    wrong = np.full(gbuffer.size.shape, np.nan, dtype=np.float32)
    for group in _surfaces(gbuffer, light):
        shown, out = brightness[group.box], wrong[group.box]
        lit, shadow = np.sort(shown[group.lit]), np.sort(shown[group.shadow])
        out[group.lit] = 1.0 - _below(shadow, shown[group.lit])
        out[group.shadow] = _below(lit, shown[group.shadow]) * -1.0
    return None if np.isnan(wrong).all() else wrong


def _below(others: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Share of the sorted ``others`` below each value; equal ones count half."""
    low, high = (np.searchsorted(others, values, side=side) for side in ("left", "right"))
    return np.asarray((low + high) / (2 * len(others)))


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


@dataclass(frozen=True, eq=False, kw_only=True)
class _Surface:
    """One element's surface of one direction: a box of the picture, and its lit and shadowed pixels in it."""

    element: str
    box: tuple[slice, slice]
    lit: NDArray[np.bool_]
    shadow: NDArray[np.bool_]


def _groups(brightness: NDArray[np.float32], gbuffer: GBuffer, light: LightBuffer) -> Iterator[ShadowGroup]:
    for surface in _surfaces(gbuffer, light):
        lit, shadow = (brightness[surface.box][side] for side in (surface.lit, surface.shadow))
        yield ShadowGroup(element=surface.element, auc=_auc(lit, shadow), lit_px=len(lit), shadow_px=len(shadow))


def _surfaces(gbuffer: GBuffer, light: LightBuffer) -> Iterator[_Surface]:
    """Every surface that has enough pixels on both sides of a shadow."""
    ids = np.where(_mirroring(gbuffer), -1, gbuffer.elements.array)
    visible = light.sun_visible.array
    # Counted once: a view has hundreds of elements too small to be judged.
    names, counts = np.unique(ids[ids >= 0], return_counts=True)
    for element in names[counts >= 2 * _MIN_PIXELS]:
        rows, columns = np.nonzero(ids == element)
        # A frame of one border keeps erosion from taking the crop's rim for a surface's inside.
        box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
        inside = ids[box] == element
        for surface in _one_normal(inside, gbuffer.normals.array[box]):
            lit = _eroded(surface & (visible[box] >= 0.99) & (light.sun_shading.array[box] > 0.02))
            shadow = _eroded(surface & (visible[box] <= 0.01))
            if min(int(lit.sum()), int(shadow.sum())) >= _MIN_PIXELS:
                yield _Surface(element=gbuffer.table.elements[int(element)].name, box=box, lit=lit, shadow=shadow)


def _mirroring(gbuffer: GBuffer) -> NDArray[np.bool_]:
    """(H, W) true on glass, metal and water."""
    mirror = np.maximum(gbuffer.material_values("transmission"), gbuffer.material_values("metallic")) > _MIRROR
    water = np.array([m.family == TextureFamily.WATER for m in gbuffer.table.materials] + [False])
    return np.asarray(mirror | water[gbuffer.materials.array])


def _one_normal(inside: NDArray[np.bool_], normals: NDArray[np.float32]) -> Iterator[NDArray[np.bool_]]:
    """Masks of the surfaces whose normals lie within 10 degrees of a common one, the largest first."""
    left = inside.copy()
    while int(left.sum()) >= 2 * _MIN_PIXELS:
        own = normals[left]
        # One number for each direction, to the twentieth: sorting rows of three is far slower.
        codes = np.rint(own * 20).astype(np.int64) @ np.array([1, 64, 4096])
        _, first, counts = np.unique(codes, return_index=True, return_counts=True)
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
