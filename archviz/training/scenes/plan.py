"""The plan of a building: volumes, their facades and roofs, and what is attached to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.training.scenes.builder import Polygon, WallFrame, edge_frames

__all__ = ["FacadeStyle", "Feature", "FeatureKind", "Massing", "RoofKind", "RoofSpec", "Side", "Volume", "rectangle"]

Side = Literal["south", "east", "north", "west"]
RoofKind = Literal["flat", "slab", "gable", "hip", "shed", "butterfly", "vault", "sawtooth", "none"]
FeatureKind = Literal[
    "balconies", "gallery", "lam", "breeze", "canopy", "porch", "colonnade", "planters", "pergola",
    "chimney", "plant room", "fins", "bands", "terrace", "party wall", "tank",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FacadeStyle:
    """How openings are laid into a wall.

    Parameters
    ----------
    kind
        ``punched`` windows in a wall, one ``ribbon`` a storey, a ``curtain`` wall, or ``blank``.
    bay_m
        Distance of the axes.
    window_m
        Width of a punched window.
    sill_m, head_m
        Bottom and top of a window over its storey's floor; the head never passes the storey.
    recess_m
        How far the glass lies behind the wall's face, 0.05 to 0.15.
    frame_m
        Width of the frame's members.
    bars
        Bars that divide the glass: vertical, horizontal.
    sill, surround, shutters
        Whether windows have a projecting sill, a raised surround, shutters.
    irregular
        Share of bays left blank.
    """

    kind: Literal["punched", "ribbon", "curtain", "blank"] = "punched"
    bay_m: float = 3.0
    window_m: float = 1.2
    sill_m: float = 0.9
    head_m: float = 2.3
    recess_m: float = 0.1
    frame_m: float = 0.06
    bars: tuple[int, int] = (1, 0)
    sill: bool = True
    surround: bool = False
    shutters: bool = False
    irregular: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RoofSpec:
    """A roof.

    Parameters
    ----------
    kind
        ``flat`` has a parapet, ``slab`` overhangs; ``none`` is covered by another volume.
    axis
        Direction of the ridge or of the eaves: ``x`` or ``y``.
    pitch_deg
        Slope; of a vault, the angle at its springing.
    overhang_m, thickness_m
        Of the slopes and of the slab.
    parapet_m
        Height over the roof.
    into_m
        How far the roof runs on past the low and the high end along its axis, into a neighbour.
    """

    kind: RoofKind = "flat"
    axis: Literal["x", "y"] = "x"
    pitch_deg: float = 30.0
    overhang_m: float = 0.5
    thickness_m: float = 0.22
    parapet_m: float = 0.5
    into_m: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Volume:
    """A prism of storeys under one roof.

    Parameters
    ----------
    polygon
        Plan, counter-clockwise; a pitched roof needs a rectangle.
    base_m
        Height of its lowest floor.
    storeys_m
        Heights, bottom up.
    styles
        Facade by side; a side without one is blank.
    wall
        Palette slot of its walls.
    first_storey
        Number of its lowest storey, from 1.
    open_m
        Below ``base_m + open_m`` there are no walls: a volume on columns.
    """

    polygon: Polygon
    base_m: float
    storeys_m: tuple[float, ...]
    styles: Mapping[Side, FacadeStyle] = field(default_factory=dict)
    roof: RoofSpec = RoofSpec()
    wall: str = "wall"
    first_storey: int = 1

    @property
    def top_m(self) -> float:
        """Where the roof begins."""
        return self.base_m + sum(self.storeys_m)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1) around the plan."""
        points = np.asarray(self.polygon)
        (x0, y0), (x1, y1) = points.min(0), points.max(0)
        return (float(x0), float(y0), float(x1), float(y1))

    @property
    def frames(self) -> list[WallFrame]:
        """Wall frames at the base."""
        return edge_frames(self.polygon, self.base_m)

    def floor_m(self, storey: int) -> float:
        """Height of a storey's floor, counted from 0 within the volume."""
        return self.base_m + sum(self.storeys_m[:storey])

    def contains(self, points: NDArray[np.float64], *, reach_m: float = 0.0) -> NDArray[np.bool_]:
        """(n,) whether (n, 3) points lie inside, the top raised by ``reach_m``."""
        inside = (points[:, 2] > self.base_m) & (points[:, 2] < self.top_m + reach_m)
        odd = np.zeros(len(points), dtype=bool)
        for (x0, y0), (x1, y1) in zip(self.polygon, self.polygon[1:] + self.polygon[:1], strict=True):
            crosses = (y0 > points[:, 1]) != (y1 > points[:, 1])
            at = x0 + (points[:, 1] - y0) * (x1 - x0) / (y1 - y0 if y1 != y0 else 1.0)
            odd ^= crosses & (points[:, 0] < at)
        return inside & odd


@dataclass(frozen=True, kw_only=True)
class Feature:
    """Something attached to a volume.

    Parameters
    ----------
    kind
        What it is.
    volume
        Row of the massing's volumes.
    side
        The wall it hangs on, where that matters.
    storeys
        Storeys within the volume it covers, from 0.
    span
        Share of the wall it covers, from and to.
    depth_m
        How far it stands out.
    style
        Variant: of a railing ``bars``, ``rails``, ``glass`` or ``panel``; of louvres ``vertical`` or ``horizontal``.
    """

    kind: FeatureKind
    volume: int = 0
    side: Side = "south"
    storeys: tuple[int, ...] = ()
    span: tuple[float, float] = (0.0, 1.0)
    depth_m: float = 1.2
    style: str = "bars"


@dataclass(frozen=True, kw_only=True)
class Massing:
    """A whole building as a plan.

    Parameters
    ----------
    kind
        Kind of building.
    volumes, features
        What stands, and what hangs on it.
    entrance
        Volume and share along its south wall where the door is.
    door_m
        Width and height of the door.
    plinth_m
        Height of the base under the ground floor.
    """

    kind: str
    volumes: tuple[Volume, ...]
    features: tuple[Feature, ...] = ()
    entrance: tuple[int, float] | None = (0, 0.5)
    door_m: tuple[float, float] = (1.1, 2.2)
    plinth_m: float = 0.3

    @property
    def roof(self) -> RoofKind:
        """Kind of the main roof: that of the highest volume that is not just a stair or a room on top."""
        roofed = [v for v in self.volumes if v.roof.kind != "none"]
        areas = [(v.box[2] - v.box[0]) * (v.box[3] - v.box[1]) for v in roofed]
        large = [v for v, area in zip(roofed, areas, strict=True) if area > 0.25 * max(areas)]
        return max(large, key=lambda v: (v.top_m, -self.volumes.index(v))).roof.kind

    @property
    def storeys(self) -> int:
        """Number of storeys."""
        return max(v.first_storey - 1 + len(v.storeys_m) for v in self.volumes)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """A counter-clockwise rectangle."""
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
