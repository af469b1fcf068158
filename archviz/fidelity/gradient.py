"""How strongly a picture changes across a given line, free of how bright or busy the place is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.core.tone import luminance, srgb_to_linear

__all__ = ["MIN_RESPONSE", "REACH_PX", "TOLERANCE_PX", "EdgeHits", "GradientField", "as_display", "find_edges"]

# FIDELITY: profiles of eight pixels to each side, an edge counted within two, a gradient within 25 degrees.
REACH_PX = 8
TOLERANCE_PX = 2.0
_MAX_ANGLE_DEG = 25.0
# A maximum weaker than this share of the strongest one in reach is the neighbour's skirt.
_SHARE_OF_STRONGEST = 0.5
# A clean step has a response of about 0.8, one as high as the noise around it 0.36, white noise
# itself 0.14 on average: below this nothing is seen.
MIN_RESPONSE = 0.25
_SIGMA_PX = 1.0
_TENSOR_SIGMA_PX = 1.5
# The derivative is averaged along the line over five pixels; noise is not coherent along it.
_TANGENT_PX = np.arange(-2, 3, dtype=np.float32)
# Floors of the local deviation: four per cent of luminance, and a just noticeable difference in
# Lab a and b (2.3; M. Mahy et al., 1994).
_FLOORS = (0.04, 2.3, 2.3)
# Lifts black so that the last steps of eight bits do not look like edges.
_BLACK = 0.01


@dataclass(frozen=True, eq=False, kw_only=True)
class GradientField:
    """Gradients of log luminance and Lab a, b over the local deviation of each.

    Parameters
    ----------
    size
        The picture's size.
    along_x, along_y
        (H, W, 3) float32 response per channel.
    tensor
        (H, W, 3) float32 xx, xy, yy of the structure tensor of all channels (S. Di Zenzo, 1986).
    """

    size: Size
    along_x: NDArray[np.float32]
    along_y: NDArray[np.float32]
    tensor: NDArray[np.float32]

    @classmethod
    def of(cls, picture: NDArray[np.generic], size: Size) -> GradientField:
        """Measure a picture.

        Parameters
        ----------
        picture
            (H, W, 3) sRGB, uint8 or float [0, 1].
        size
            What the maps have.

        Raises
        ------
        OptionError
            The picture has another size, dtype or range.
        """
        import cv2

        display = as_display(picture, size)
        channels = np.empty_like(display)
        channels[..., 0] = np.log(luminance(srgb_to_linear(display)) + _BLACK)
        channels[..., 1:] = cv2.cvtColor(display, cv2.COLOR_RGB2LAB)[..., 1:]
        channels -= channels.mean((0, 1))
        window = (2 * REACH_PX + 1, 2 * REACH_PX + 1)
        mean = cv2.blur(channels, window, borderType=cv2.BORDER_REFLECT_101)
        square = cv2.blur(channels**2, window, borderType=cv2.BORDER_REFLECT_101)
        deviation = np.maximum(np.sqrt(np.maximum(square - mean**2, 0.0)), np.array(_FLOORS, np.float32))
        smooth = cv2.GaussianBlur(channels, (0, 0), _SIGMA_PX, borderType=cv2.BORDER_REPLICATE)
        along_x = cv2.Sobel(smooth, -1, 1, 0, ksize=1, scale=0.5, borderType=cv2.BORDER_REPLICATE) / deviation
        along_y = cv2.Sobel(smooth, -1, 0, 1, ksize=1, scale=0.5, borderType=cv2.BORDER_REPLICATE) / deviation
        tensor = np.stack([(along_x**2).sum(2), (along_x * along_y).sum(2), (along_y**2).sum(2)], axis=2)
        tensor = cv2.GaussianBlur(tensor, (0, 0), _TENSOR_SIGMA_PX, borderType=cv2.BORDER_REPLICATE)
        return cls(size=size, along_x=along_x, along_y=along_y, tensor=tensor)

    def profiles(self, positions_px: NDArray[np.float32], normals: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 17) response across each sample, from -8 to +8 px along its normal: the largest channel's."""
        steps = np.arange(-REACH_PX, REACH_PX + 1, dtype=np.float32)
        tangents = np.stack([normals[:, 1], -normals[:, 0]], axis=1)
        total = np.zeros((len(positions_px), len(steps), 3), dtype=np.float32)
        for shift in _TANGENT_PX:
            at = (positions_px + shift * tangents)[:, None] + steps[:, None] * normals[:, None]
            total += normals[:, None, :1] * _sampled(self.along_x, at) + normals[:, None, 1:] * _sampled(
                self.along_y, at
            )
        return (np.abs(total) / np.float32(len(_TANGENT_PX))).max(2)

    def directions_deg(self, positions_px: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n,) direction of the gradient at each point, modulo 180 [degrees]."""
        xx, xy, yy = np.moveaxis(_sampled(self.tensor, positions_px[:, None]), 2, 0)[..., 0]
        return np.degrees(0.5 * np.arctan2(2 * xy, xx - yy)).astype(np.float32)


@dataclass(frozen=True, eq=False, kw_only=True)
class EdgeHits:
    """What a picture shows at each sample.

    Parameters
    ----------
    found
        (n,) true where an edge stands within the tolerance.
    offsets_px
        (n,) float32 its displacement along the normal [px]; NaN where none is found.
    responses
        (n,) float32 strongest response within the tolerance, found or not.
    """

    found: NDArray[np.bool_]
    offsets_px: NDArray[np.float32]
    responses: NDArray[np.float32]


def find_edges(
    field: GradientField,
    positions_px: NDArray[np.float32],
    normals: NDArray[np.float32],
    *,
    tolerance_px: float = TOLERANCE_PX,
    around_px: NDArray[np.float32] | None = None,
) -> EdgeHits:
    """Look for an edge across each sample.

    Found is a maximum of the response within the tolerance that is at least half of the strongest
    response in reach and whose gradient runs within 25 degrees of the normal. Of several, the
    nearest to the sample is taken.

    Parameters
    ----------
    field
        The picture.
    positions_px, normals
        (n, 2) samples.
    tolerance_px
        Greatest distance of the maximum, at most 7.
    around_px
        (n,) where along its normal to look for each sample's edge; at the sample itself where it is
        not given. NaN finds nothing.
    """
    profiles = field.profiles(positions_px, normals)
    middle = profiles[:, 1:-1]
    steps = np.arange(-REACH_PX + 1, REACH_PX, dtype=np.float32)
    before, after = profiles[:, :-2], profiles[:, 2:]
    # The vertex of the parabola through a maximum and its neighbours.
    bend = np.maximum(2 * middle - before - after, 1e-12)
    offsets = steps + np.clip(0.5 * (after - before) / bend, -0.5, 0.5)
    around = np.float32(0) if around_px is None else around_px[:, None]
    # A distance of NaN is within no tolerance.
    candidate = (middle >= before) & (middle > after) & (np.abs(offsets - around) <= tolerance_px)
    limit = np.maximum(MIN_RESPONSE, _SHARE_OF_STRONGEST * profiles.max(1))
    candidate &= middle >= limit[:, None]
    rows, columns = np.nonzero(candidate)
    at = positions_px[rows] + offsets[rows, columns, None] * normals[rows]
    expected = np.degrees(np.arctan2(normals[rows, 1], normals[rows, 0]))
    turned = np.abs((field.directions_deg(at) - expected + 90.0) % 180.0 - 90.0)
    candidate[rows, columns] = turned <= _MAX_ANGLE_DEG
    distance = np.where(candidate, np.abs(offsets - around), np.inf)
    best = distance.argmin(1)
    every = np.arange(len(positions_px))
    found = candidate[every, best]
    within = np.abs(np.arange(-REACH_PX, REACH_PX + 1)) <= tolerance_px
    return EdgeHits(
        found=found,
        offsets_px=np.where(found, offsets[every, best], np.nan).astype(np.float32),
        responses=profiles[:, within].max(1, initial=0.0),
    )


def as_display(picture: NDArray[np.generic], size: Size) -> NDArray[np.float32]:
    """(H, W, 3) float32 sRGB in [0, 1] of a picture that must have ``size``.

    Raises
    ------
    OptionError
        The picture has another size, dtype or range.
    """
    if picture.shape != (*size.shape, 3):
        raise OptionError(
            f"a picture of shape {picture.shape} cannot be scored against maps of {size}; "
            "give an RGB picture of that size"
        )
    if picture.dtype == np.uint8:
        return (picture.astype(np.float32) / np.float32(255)).astype(np.float32)
    display = picture.astype(np.float32)
    if not (np.issubdtype(picture.dtype, np.floating) and display.min() >= 0.0 and display.max() <= 1.0):
        raise OptionError(
            f"a picture of {picture.dtype} from {picture.min()} to {picture.max()} cannot be scored; "
            "give uint8, or floating point from 0 to 1"
        )
    return display


def _sampled(image: NDArray[np.float32], at: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, k, C) bilinear values of an image at (n, k, 2) x, y."""
    import cv2

    # cv2.remap takes at most 32767 rows.
    flat = at.astype(np.float32).reshape(-1, 2)
    width = 4096
    padded = np.zeros((-(-len(flat) // width) * width, 2), dtype=np.float32)
    padded[: len(flat)] = flat
    grid = padded.reshape(-1, width, 2)
    if not len(grid):
        return np.zeros((*at.shape[:2], image.shape[2]), dtype=np.float32)
    values = cv2.remap(image, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return values.reshape(-1, image.shape[2])[: len(flat)].reshape(*at.shape[:2], image.shape[2])
