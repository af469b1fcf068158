"""What a sun study looks at: the scene from straight above, and from a camera."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.errors import EmptyViewError
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Bounds
from archviz.light_transport.surface import Surface, surface_of

__all__ = ["PlanFrame", "Seen", "see_from_above", "see_through"]

# Around the building, as shares of its height: room for the shadow of a sun at 40 degrees.
_SHADOW_ROOM = 1.2
_LEAST_ROOM_M = 2.0
# Drawn as lines in plan: steps in height, and folds of more than so many degrees.
_STEP_M = 0.25
_FOLD = math.cos(math.radians(25.0))


@dataclass(frozen=True, kw_only=True)
class PlanFrame:
    """A map of the ground with true north at the top.

    Parameters
    ----------
    center_m
        (x, y) in the picture's middle [m].
    metres_per_px
        Scale.
    size
        The picture's size.
    north_deg
        Azimuth of true north in the model, clockwise from its +Y axis [degrees].
    """

    center_m: tuple[float, float]
    metres_per_px: float
    size: Size
    north_deg: float = 0.0

    @classmethod
    def around(cls, building: Bounds, size: Size, north_deg: float) -> PlanFrame:
        """The frame that shows a building with room for its shadows."""
        frame = cls(center_m=building.center_m[:2], metres_per_px=1.0, size=size, north_deg=north_deg)
        width, depth, height = building.extents_m
        corners = np.array([(x, y) for x in (-width / 2, width / 2) for y in (-depth / 2, depth / 2)])
        half = np.abs(corners @ frame.axes().T).max(axis=0) + max(_SHADOW_ROOM * height, _LEAST_ROOM_M)
        scale = max(2 * half[0] / size.width, 2 * half[1] / size.height)
        return cls(center_m=frame.center_m, metres_per_px=float(scale), size=size, north_deg=north_deg)

    def axes(self) -> NDArray[np.float64]:
        """(2, 2) rows: true east and true north in the model's x and y."""
        north = math.radians(self.north_deg)
        return np.array([(math.cos(north), -math.sin(north)), (math.sin(north), math.cos(north))])

    def project(self, points_m: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, 2) pixels from the top left corner of (n, 2) or (n, 3) points [m]."""
        local = (np.asarray(points_m, dtype=np.float64)[:, :2] - self.center_m) @ self.axes().T / self.metres_per_px
        return np.stack([self.size.width / 2 + local[:, 0], self.size.height / 2 - local[:, 1]], axis=1)

    def points_m(self) -> NDArray[np.float64]:
        """(H, W, 2) x and y of the pixels' centres [m]."""
        east = (np.arange(self.size.width) + 0.5 - self.size.width / 2) * self.metres_per_px
        north = (self.size.height / 2 - np.arange(self.size.height) - 0.5) * self.metres_per_px
        grid = np.stack(np.broadcast_arrays(east[None, :], north[:, None]), axis=-1)
        return grid @ self.axes() + self.center_m

    def finer(self, factor: int) -> PlanFrame:
        """The same frame with ``factor`` times as many pixels a side."""
        size = Size(height=self.size.height * factor, width=self.size.width * factor)
        return PlanFrame(
            center_m=self.center_m, metres_per_px=self.metres_per_px / factor, size=size, north_deg=self.north_deg
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Seen:
    """The nearest surface of each pixel, with what it belongs to.

    Parameters
    ----------
    surface
        Points and normals.
    elements
        (H, W) int32 element of the scene, -1 in the sky.
    lines
        (H, W) float32 in [0, 1]: 1 on an edge that is drawn.
    """

    surface: Surface
    elements: NDArray[np.int32]
    lines: NDArray[np.float32]


def see_through(caster: RayCaster, camera: Camera) -> Seen:
    """A scene through a camera.

    Raises
    ------
    EmptyViewError
        No triangle lies inside the view.
    """
    gbuffer = rasterize(caster.scene, camera, caster=caster)
    return Seen(surface=surface_of(gbuffer), elements=gbuffer.elements.array, lines=gbuffer.edges.array)


def see_from_above(caster: RayCaster, frame: PlanFrame) -> Seen:
    """A scene from straight above, by parallel rays: a true map.

    Raises
    ------
    EmptyViewError
        No triangle lies inside the frame.
    """
    shape = frame.size.shape
    # Just over the top, so that float32 keeps heights to a fraction of a millimetre.
    top = float(caster.scene.bounds().high[2]) + 1.0
    origins = np.concatenate([frame.points_m(), np.full((*shape, 1), top)], axis=-1).astype(np.float32).reshape(-1, 3)
    hits = caster.first_hits(origins, np.broadcast_to(np.array([0.0, 0.0, -1.0]), origins.shape))
    hit = hits.faces >= 0
    if not hit.any():
        raise EmptyViewError(f"nothing lies within the plan about {frame.center_m}; give a model with a building")
    points = origins.copy()
    points[:, 2] -= np.where(hit, hits.distances_m, 0.0)
    normals = np.concatenate([caster.face_normals, np.zeros((1, 3), np.float32)])[hits.faces]
    normals *= np.where(normals[:, 2] < 0, np.float32(-1), np.float32(1))[:, None]
    surface = Surface(
        points_m=points.reshape(*shape, 3),
        normals=normals.reshape(*shape, 3),
        # Rays start at their surface: what grows with the distance from a camera does not arise.
        distances_m=np.zeros(shape, dtype=np.float32),
        footprint_m=np.full(shape, frame.metres_per_px, dtype=np.float32),
        hit=hit.reshape(shape),
    )
    elements = np.concatenate([caster.scene.face_elements, np.array([-1], np.int32)])[hits.faces].reshape(shape)
    return Seen(surface=surface, elements=elements, lines=_folds(surface))


def _folds(surface: Surface) -> NDArray[np.float32]:
    """Pixels above a step or at a fold towards the pixel right or below."""
    lines = np.zeros(surface.hit.shape, dtype=np.float32)
    height, normals = surface.points_m[..., 2], surface.normals
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1, :], np.s_[1:, :])):
        step = np.abs(height[here] - height[there]) > _STEP_M
        fold = np.einsum("hwc,hwc->hw", normals[here], normals[there]) < _FOLD
        lines[here] = np.maximum(lines[here], (step | fold).astype(np.float32))
    return lines
