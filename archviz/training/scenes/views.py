"""Cameras that look at a building as a photographer would, and suns that light what they see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Bounds, Scene

__all__ = ["View", "ViewFinder", "ViewKind", "choose_suns", "unblocked_share"]

ViewKind = Literal["eye-level", "aerial", "elevation", "close-up"]
_SIZES = (Size(512, 512), Size(512, 512), Size(512, 512), Size(448, 640), Size(640, 448))
# Below this share the building is hidden; see unblocked_share.
_LEAST_UNBLOCKED = 0.6
# A view whose building is less than this glass and doors shows a blank side.
_LEAST_OPENINGS = 0.03
_LEAST_CLEAR_M = 1.0
_GRID = 40
_ALIKE_COSINE = float(np.cos(np.radians(28.0)))
_TRIES = 40
# View perspectives by how often they are drawn.
_KINDS: tuple[tuple[ViewKind, float], ...] = (
    ("eye-level", 0.6),
    ("aerial", 0.16),
    ("elevation", 0.1),
    ("close-up", 0.14),
)


@dataclass(frozen=True, kw_only=True)
class View:
    """A camera and what kind of view it is."""

    camera: Camera
    kind: ViewKind


def _corners(bounds: Bounds) -> NDArray[np.float64]:
    low, high = np.asarray(bounds.low), np.asarray(bounds.high)
    grid = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    return low + grid * (high - low)


def _alike(one: Camera, other: Camera) -> bool:
    """Whether two cameras stand on the same side and look the same way."""
    away, back = np.asarray(one.position_m), np.asarray(other.position_m)
    near = away @ back > _ALIKE_COSINE * np.linalg.norm(away) * np.linalg.norm(back)
    return bool(near and one.basis()[2] @ other.basis()[2] > _ALIKE_COSINE)


def _grid_rays(camera: Camera) -> NDArray[np.float32]:
    rays = camera.resized(Size(_GRID, max(1, round(_GRID * camera.size.width / camera.size.height)))).ray_directions()
    return rays.reshape(-1, 3)


def unblocked_share(camera: Camera, caster: RayCaster, building: RayCaster) -> float:
    """Share of the building's part of the picture that nothing else stands in front of.

    Parameters
    ----------
    camera
        The view.
    caster
        The whole scene, whose first elements are the building's.
    building
        The building alone.
    """
    rays = _grid_rays(camera)
    alone = building.first_hits(np.asarray(camera.position_m), rays).faces >= 0
    if not alone.any():
        return 0.0
    faces = caster.first_hits(np.asarray(camera.position_m), rays[alone]).faces
    own = caster.scene.face_elements[faces] < len(building.scene.table.elements)
    return float(np.mean(own & (faces >= 0)))


class ViewFinder:
    """Finds views of one building in its surroundings.

    Parameters
    ----------
    building, scene
        The building alone, and merged with its surroundings: its elements come first.
    rng
        Decides.
    """

    def __init__(self, building: Scene, scene: Scene, rng: np.random.Generator) -> None:
        self._building, self._caster, self._rng = RayCaster(building), RayCaster(scene), rng
        self._bounds = building.building_bounds()
        ground = scene.table.element_parts()[scene.face_elements] == int(Part.GROUND)
        self._ground = RayCaster(
            Scene(
                vertices_m=scene.vertices_m, faces=scene.faces[ground], face_elements=scene.face_elements[ground],
                table=scene.table,
            )
        )  # fmt: skip

    def find(self, count: int) -> list[View]:
        """Up to ``count`` views that see the building; the first one is at eye level where that is possible."""
        kinds, shares = zip(*_KINDS, strict=True)
        views: list[View] = []
        for attempt in range(_TRIES):
            kind: ViewKind = (
                "eye-level"
                if not views and attempt < _TRIES // 2
                else kinds[int(self._rng.choice(len(kinds), p=shares))]
            )
            if kind != "eye-level" and any(v.kind == kind for v in views):
                continue
            camera = self._propose(kind)
            if camera is None or any(_alike(camera, v.camera) for v in views):
                continue
            if self._sees(camera, kind):
                views.append(View(camera=camera, kind=kind))
            if len(views) == count:
                break
        return views

    def _propose(self, kind: ViewKind) -> Camera | None:
        rng = self._rng
        size = _SIZES[int(rng.integers(len(_SIZES)))]
        width, depth, height = self._bounds.extents_m
        # The frame follows the building: upright for a tower, never upright for a long low one.
        if height > 1.4 * max(width, depth):
            size = size if size.height > size.width else Size(640, 448)
        elif max(width, depth) > 1.5 * height and size.height > size.width:
            size = Size(448, 640)
        if kind == "eye-level":
            bearing = float(rng.choice([180.0, 222.0, 138.0], p=[0.2, 0.4, 0.4]) + rng.normal(0.0, 14.0))
            start = Camera(
                position_m=(0.0, 0.0, 0.0), target_m=(0.0, 1.0, 0.0), focal_mm=float(rng.uniform(20, 38)), size=size
            )
            return self._fitted(start, bearing, 0.0, float(rng.uniform(0.62, 0.92)))
        if kind == "aerial":
            bearing, focal = float(rng.uniform(110, 250)), float(rng.uniform(28, 50))
            start = Camera(position_m=(0.0, 0.0, 0.0), target_m=(0.0, 1.0, 0.0), focal_mm=focal, size=size)
            return self._fitted(start, bearing, float(rng.uniform(18, 45)), float(rng.uniform(0.62, 0.9)))
        if kind == "elevation":
            bearing = float(rng.choice([180.0, 180.0, 180.0, 90.0, 270.0]))
            start = Camera(
                position_m=(0.0, 0.0, 0.0), target_m=(0.0, 1.0, 0.0), focal_mm=float(rng.uniform(35, 50)), size=size
            )
            return self._fitted(start, bearing, 0.0, float(rng.uniform(0.7, 0.9)))
        return self._close_up(size)

    def _fitted(self, start: Camera, bearing_deg: float, tilt_deg: float, fill: float) -> Camera | None:
        """The camera moved back until the building fills its share of the picture.

        The bearing is where the camera stands, seen from the building. Without tilt the axis is level and the
        lens is shifted, so that verticals stay vertical.
        """
        angle, tilt = np.radians(bearing_deg), np.radians(tilt_deg)
        away = np.array([np.sin(angle) * np.cos(tilt), np.cos(angle) * np.cos(tilt), np.sin(tilt)])
        middle, corners = np.asarray(self._bounds.center_m), _corners(self._bounds)
        eye = float(self._rng.uniform(1.5, 1.8))
        low, high = 1.0, 60.0 * max(self._bounds.extents_m)
        camera = start
        for _ in range(30):
            distance = (low * high) ** 0.5
            position = middle + away * distance
            target = middle
            if tilt_deg == 0:
                ground = self._ground_m(position[0], position[1])
                if ground is None:
                    return None
                position[2] = ground + eye
                target = np.array([middle[0], middle[1], position[2]])
            camera = replace(start, position_m=tuple(position), target_m=tuple(target))
            pixels, depths = camera.project(corners)
            if depths.min() < 0.5:
                low = distance
                continue
            spans = np.ptp(pixels, axis=0) / (start.size.width, start.size.height)
            low, high = (distance, high) if spans.max() > fill else (low, distance)
        return self._shifted(camera, corners)

    def _shifted(self, camera: Camera, corners: NDArray[np.float64]) -> Camera:
        """The lens shifted so that the building stands in the frame, a little below its middle."""
        pixels, _ = camera.project(corners)
        low, high = pixels.min(0), pixels.max(0)
        size, longer = camera.size, camera.size.longer
        free = np.array([size.width, size.height]) - (high - low)
        place = self._rng.uniform([0.4, 0.45], [0.6, 0.68]) * free
        dx, dy = place - low
        # A lens shifts by no more than this; a high building then stands lower in the frame than asked.
        return replace(camera, shift=(float(np.clip(-dx / longer, -0.3, 0.3)), float(np.clip(dy / longer, -0.5, 0.5))))

    def _close_up(self, size: Size) -> Camera | None:
        """A few metres of one facade, straight on or at an angle."""
        rng = self._rng
        (x0, y0, z0), (x1, _, z1) = self._bounds.low, self._bounds.high
        x = float(rng.uniform(0.75 * x0 + 0.25 * x1, 0.25 * x0 + 0.75 * x1))
        floor = 0.0 if rng.random() < 0.6 else float(rng.uniform(0.0, max(0.01, min(z1 - 4.0, 9.0))))
        start = np.array([x, y0 - 30.0, z0 + floor + 1.6])
        distance = float(self._building.first_hits(start, np.array([[0.0, 1.0, 0.0]])).distances_m[0])
        if not np.isfinite(distance):
            return None
        wall = start + np.array([0.0, distance, 0.0])
        angle, back = np.radians(rng.normal(0.0, 22.0)), float(rng.uniform(6.0, 10.0))
        position = wall + back * np.array([np.sin(angle), -np.cos(angle), 0.0])
        if floor == 0.0:
            ground = self._ground_m(position[0], position[1])
            if ground is None:
                return None
            position[2] = ground + 1.6
            wall[2] = position[2]
        return Camera(
            position_m=tuple(position), target_m=tuple(wall), focal_mm=float(rng.uniform(28, 50)), size=size,
            shift=(0.0, float(rng.uniform(0.05, 0.2)) if floor == 0.0 else 0.0),
        )  # fmt: skip

    def _ground_m(self, x: float, y: float) -> float | None:
        """Height of the ground, ``None`` where there is none."""
        hit = self._ground.first_hits(np.array([x, y, 500.0]), np.array([[0.0, 0.0, -1.0]])).distances_m[0]
        return 500.0 - float(hit) if np.isfinite(hit) else None

    def _sees(self, camera: Camera, kind: ViewKind) -> bool:
        """Whether the building is in frame, large enough, and not hidden, and the camera stands free."""
        rays = _grid_rays(camera)
        hits = self._caster.first_hits(np.asarray(camera.position_m), rays)
        if hits.distances_m.min() < _LEAST_CLEAR_M:
            return False
        own = self._caster.scene.face_elements[hits.faces] < len(self._building.scene.table.elements)
        share = float(np.mean(own & (hits.faces >= 0)))
        if share < (0.35 if kind == "close-up" else 0.08):
            return False
        openings = self._caster.scene.table.element_parts()[self._caster.scene.face_elements[hits.faces]]
        if float(np.mean(own & (hits.faces >= 0) & (openings == int(Part.OPENING)))) < _LEAST_OPENINGS * share:
            return False
        if kind != "close-up":
            pixels, _ = camera.project(_corners(self._bounds))
            if pixels.min() < -1.0 or (pixels > np.array([camera.size.width, camera.size.height]) + 1.0).any():
                return False
        return unblocked_share(camera, self._caster, self._building) >= _LEAST_UNBLOCKED


def choose_suns(camera: Camera, rng: np.random.Generator) -> list[dict[str, float]]:
    """A low and a high sun, mostly on the side of the building that the camera sees.

    Returns
    -------
    list of dict
        ``altitude_deg`` and ``azimuth_deg`` of both.
    """
    forward = camera.basis()[2]
    back = float(np.degrees(np.arctan2(-forward[0], -forward[1])))
    suns = []
    for low, high in ((4.0, 35.0), (25.0, 75.0)):
        azimuth = float(rng.uniform(0.0, 360.0))
        if rng.random() < 0.8:
            # Off the camera's axis, so that the light models the building.
            azimuth = back + float(rng.choice([-1.0, 1.0]) * rng.uniform(15.0, 80.0))
        suns.append({"altitude_deg": round(float(rng.uniform(low, high)), 2), "azimuth_deg": round(azimuth % 360.0, 2)})
    return suns
