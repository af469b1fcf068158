"""A building under construction: the mesh so far, and what later steps need to know of earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.training.scenes.builder import MeshBuilder, Polygon, WallFrame, corner_turns, edge_frames
from archviz.training.scenes.palette import Palette
from archviz.training.scenes.plan import Feature, Massing, Side

__all__ = ["Construction", "Hole", "Pane", "PlantRecord"]

_ROOM_DEPTH_M = (2.5, 6.0)


@dataclass(frozen=True, kw_only=True)
class Hole:
    """An opening in a wall, in wall coordinates of its storey [m].

    Parameters
    ----------
    u, v
        Ranges along the wall and up.
    panes
        Ranges along u of the windows that share it.
    door
        Whether it is the entrance.
    """

    u: tuple[float, float]
    v: tuple[float, float]
    panes: tuple[tuple[float, float], ...]
    door: bool = False


@dataclass(frozen=True, kw_only=True)
class Pane:
    """A sheet of window glass: its element, four corners counter-clockwise from outside, the room behind."""

    element: str
    corners_m: NDArray[np.float64]
    room_depth_m: float


@dataclass(frozen=True, kw_only=True)
class PlantRecord:
    """Where a plant stands and how large it is."""

    species: str
    position_m: tuple[float, float, float]
    height_m: float
    crown_radius_m: float
    elements: tuple[str, ...]


@dataclass
class Construction:
    """The mesh under construction.

    Parameters
    ----------
    massing, palette
        What is built, of what.
    rng
        Decides what the plan leaves open.
    """

    massing: Massing
    palette: Palette
    rng: np.random.Generator
    builder: MeshBuilder = field(init=False)
    panes: list[Pane] = field(default_factory=list)
    plants: list[PlantRecord] = field(default_factory=list)
    walls: dict[tuple[int, Side], str] = field(default_factory=dict)
    holes: dict[tuple[int, int, int], tuple[Hole, ...]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.builder = MeshBuilder(self.palette.materials)

    def open(self, name: str, slot: str, class_name: str, *, part: Part = Part.BUILDING) -> str:
        """Start an element of a palette slot."""
        return self.builder.open(name, slot, part=part, class_name=class_name)

    def features(self, *kinds: str) -> Iterable[Feature]:
        """The massing's features of some kinds."""
        return (f for f in self.massing.features if f.kind in kinds)

    def fronts(self, feature: Feature) -> list[tuple[int, WallFrame]]:
        """Edges of the feature's volume that face its side, with their rows."""
        frames = self.massing.volumes[feature.volume].frames
        return [(edge, f) for edge, f in enumerate(frames) if f.side == feature.side]

    def next_number(self, storey: int) -> int:
        """Number of the next window on a storey, from 1."""
        self.counts[storey] = self.counts.get(storey, 0) + 1
        return self.counts[storey]

    def room_depth_m(self, volume: int) -> float:
        """Depth that a room behind a pane may have without reaching the rooms opposite."""
        x0, y0, x1, y1 = self.massing.volumes[volume].box
        low, high = _ROOM_DEPTH_M
        return round(float(np.clip(0.45 * min(x1 - x0, y1 - y0), min(low, 1.6), high)), 2)

    def inside_other(self, points: NDArray[np.float64], own: int) -> NDArray[np.bool_]:
        """(n,) whether points lie inside another volume or under its roof."""
        inside = np.zeros(len(points), dtype=bool)
        for row, volume in enumerate(self.massing.volumes):
            if row != own:
                inside |= volume.contains(points, reach_m=self.roof_rise_m(row))
        return inside

    def roof_rise_m(self, row: int) -> float:
        """Height of a volume's roof over its walls."""
        volume = self.massing.volumes[row]
        roof = volume.roof
        x0, y0, x1, y1 = volume.box
        span = (y1 - y0) if roof.axis == "x" else (x1 - x0)
        slope = float(np.tan(np.radians(roof.pitch_deg)))
        if roof.kind in ("gable", "hip"):
            return 0.5 * min(span, min(x1 - x0, y1 - y0) if roof.kind == "hip" else span) * slope
        if roof.kind in ("shed", "butterfly"):
            return span * slope * (1.0 if roof.kind == "shed" else 0.5)
        if roof.kind == "vault":
            return 0.5 * span * float(np.tan(np.radians(roof.pitch_deg) / 2))
        if roof.kind == "sawtooth":
            return 1.8
        return 0.0 if roof.kind == "none" else max(roof.thickness_m, roof.parapet_m if roof.kind == "flat" else 0.0)

    def covered(self, frame: WallFrame, u: tuple[float, float], v: tuple[float, float], own: int) -> bool:
        """Whether another volume stands in front of part of a wall."""
        uvw = [(a, b, 0.25) for a in (u[0] + 0.02, sum(u) / 2, u[1] - 0.02) for b in (v[0] + 0.05, v[1] - 0.05)]
        return bool(self.inside_other(frame.points(uvw), own).any())

    def free_ranges(self, frame: WallFrame, own: int, *, v: float, w: float) -> list[tuple[float, float]]:
        """Ranges of u along which a line (v, w) of a wall frame lies outside all other volumes [m]."""
        u = np.linspace(0.0, frame.length_m, max(3, int(frame.length_m / 0.02)) + 1)
        # The very ends lie on corners shared with neighbours; a step inwards decides for them.
        probe = np.clip(u, 0.015, frame.length_m - 0.015)
        free = ~self.inside_other(frame.points(np.stack([probe, np.full_like(u, v), np.full_like(u, w)], 1)), own)
        starts = np.flatnonzero(free & ~np.r_[False, free[:-1]])
        ends = np.flatnonzero(free & ~np.r_[free[1:], False])
        return [(float(u[a]), float(u[b])) for a, b in zip(starts, ends, strict=True) if u[b] - u[a] > 0.05]

    def edge_boxes(
        self, element: str, polygon: Polygon, z: tuple[float, float], *, inner_m: float, outer_m: float,
        own: int | None = None,
    ) -> None:  # fmt: skip
        """Append a band along a plan's edges, corners closed without overlap.

        Parameters
        ----------
        z
            Bottom and top [m].
        inner_m, outer_m
            How far it reaches inwards and outwards of the edge.
        own
            Row of the volume; parts inside other volumes are then left out.
        """
        frames, turns = edge_frames(polygon, z[0]), corner_turns(polygon)
        for i, frame in enumerate(frames):
            length = frame.length_m
            start = inner_m if turns[i] else outer_m
            end = length + (outer_m if turns[(i + 1) % len(frames)] else inner_m)
            ranges = [(0.0, length)]
            if own is not None:
                ranges = self.free_ranges(frame, own, v=0.5 * (z[1] - z[0]), w=-0.5 * inner_m)
            for u0, u1 in ranges:
                a, b = (start if u0 <= 0 else u0), (end if u1 >= length - 1e-6 else u1)
                if b - a > 0.02:
                    self.builder.wall_box(element, frame, (a, b), (0.0, z[1] - z[0]), (-inner_m, outer_m))
