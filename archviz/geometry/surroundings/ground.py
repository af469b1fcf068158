"""The terrain: flat at the building, with water basins near it and relief that rises far off, to the horizon."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from archviz.core.elements import Part
from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.shapes import Triangles, split
from archviz.geometry.surroundings.site import APRON_Z_M, Site
from archviz.geometry.surroundings.spec import SurroundingsSpec

__all__ = [
    "HORIZON_M",
    "STREET_BED_M",
    "TERRACE_DEPTH_M",
    "TERRACE_STEP_M",
    "WATER_LEVEL_M",
    "Terrain",
    "paddy_plot",
]

Field = NDArray[np.float64]

HORIZON_M = 7000.0
"""Radius of the ground [m]: seen from 1.6 m it ends within a pixel of the true horizon."""
STREET_BED_M = -0.16
"""Level under a street's carriageway [m]: a kerb's height below the pavement."""

_SECTORS = 160
_RING_GROWTH = 1.085
# Width of the bank on either side of the waterline, water level and depth [m] by kind of water.
_BANK_M = {"river": 2.0, "lake": 3.0, "sea": 4.0, "pond": 0.9, "paddies": 1.0}
WATER_LEVEL_M = {"river": -0.7, "lake": -1.0, "sea": -1.3, "pond": -0.25, "paddies": -0.35}
"""Level of the water's surface [m] by kind of water."""
_DEPTH_M = 1.2
TERRACE_DEPTH_M, TERRACE_STEP_M = 12.0, 0.4
"""Depth and rise of one rice terrace behind the building [m]."""

_GROUND_MATERIAL = {
    "grass": "grass",
    "meadow": "meadow",
    "earth": "earth",
    "forest-floor": "forest-floor",
    "paddy": "grass",
    "sand": "sand",
    "snow": "snow",
    "paving": "paving",
    "seamless": "seamless",
}
# Width of bare ground along the waterline [m].
_SHORE_M = {"river": 1.8, "lake": 2.7, "sea": 5.5, "pond": 0.8}
_SHORE_MATERIAL = {"river": "mud", "lake": "sand", "sea": "sand", "pond": "path"}


def paddy_plot(site: Site) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 of the earth platform amid the paddies: the building and a garden behind it [m]."""
    side = 2.0 + 0.1 * site.size_m
    return (
        -site.half_x_m - side,
        site.front_m - 2.0,
        site.half_x_m + side,
        site.half_y_m + max(9.0, 0.7 * site.size_m),
    )


def _smoothstep(value: Field, low: float, high: float) -> Field:
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


@dataclass(frozen=True, eq=False)
class Terrain:
    """Heights of the land around a building at the origin.

    Parameters
    ----------
    spec, site
        What is asked for, and the building's plot.
    waves
        (n, 3) direction in plan [radians], relative wavelength and phase of the relief's noise.
    side
        -1 or 1: the side on which mainland or a pond lies.
    """

    spec: SurroundingsSpec
    site: Site
    waves: Field
    side: float

    @classmethod
    def random(cls, spec: SurroundingsSpec, site: Site, *, rng: np.random.Generator) -> Terrain:
        """Terrain with relief and shores drawn from ``rng``."""
        n = 14
        waves = np.stack(
            [rng.uniform(0, 2 * math.pi, n), np.geomspace(0.35, 2.2, n), rng.uniform(0, 2 * math.pi, n)], axis=1
        )
        return cls(spec, site, waves, float(rng.choice([-1.0, 1.0])))

    @property
    def level_m(self) -> float:
        """Height of flat land [m]."""
        return STREET_BED_M if self.spec.road == "street" else APRON_Z_M

    @property
    def relief_start_m(self) -> float:
        """Distance at which relief begins to rise: behind the camera of an elevation [m]."""
        return 10.0 * self.site.size_m

    def shore_m(self, x: ArrayLike, y: ArrayLike) -> Field:
        """Signed distance to the waterline, roughly: positive on land, negative in water; inf without water [m]."""
        px, py = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        site = self.site
        phase = self.waves[0, 2]
        match self.spec.water:
            case "river":
                # Before the front it runs along x; on one side it bends and passes the building.
                bend = 0.9 * np.maximum(self.side * px - site.half_x_m - 5.0, 0.0)
                wave = 0.12 * site.size_m * np.sin(px / (1.5 * site.size_m) + phase)
                near = site.front_m - max(5.0, 0.4 * site.size_m) + bend + wave
                return np.maximum(py - near, near - max(70.0, 5 * site.size_m) - py)
            case "lake" | "sea":
                angle = np.arctan2(py, px)
                wobble = 1.0 + 0.2 * np.sin(2 * angle + phase) + 0.1 * np.sin(5 * angle + 3 * phase)
                headland = max(8.0, 0.6 * site.size_m) * wobble - site.footprint_distance_m(px, py)
                edge = site.half_x_m + max(14.0, 1.2 * site.size_m) + 3.0 * np.sin(py / 25 + phase)
                return np.maximum(headland, 0.95 * self.side * px - 0.31 * py - edge)
            case "pond":
                cx, cy, rx, ry = self.pond_m()
                return (np.hypot((px - cx) / rx, (py - cy) / ry) - 1.0) * ry
            case "paddies":
                x0, y0, x1, y1 = paddy_plot(site)
                dx = np.maximum(np.maximum(x0 - px, px - x1), 0.0)
                return 1.5 - np.hypot(dx, np.maximum(np.maximum(y0 - py, py - y1), 0.0))
        return np.full(px.shape, np.inf)

    def pond_m(self) -> tuple[float, float, float, float]:
        """Centre x, y and radii of the pond [m]."""
        size = self.site.size_m
        rx, ry = max(4.5, 0.4 * size), max(2.6, 0.22 * size)
        return (
            self.side * (0.5 * self.site.half_x_m + rx * 0.8),
            self.site.front_m - ry - max(4.0, 0.3 * size),
            rx,
            ry,
        )

    def height_m(self, x: ArrayLike, y: ArrayLike) -> Field:
        """Height of the ground [m]."""
        px, py = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        height = np.full(px.shape, self.level_m)
        if self.spec.water != "none":
            bank, level = _BANK_M[self.spec.water], WATER_LEVEL_M[self.spec.water]
            floor = level - (0.25 if self.spec.water == "paddies" else _DEPTH_M)
            height = np.interp(self.shore_m(px, py), [-bank, 0.0, bank], [floor, level, self.level_m])
        if self.spec.water == "paddies":
            # The floor climbs with the terraces and stays one step under their water.
            rise = (py - paddy_plot(self.site)[3] - 2.0) * (TERRACE_STEP_M / TERRACE_DEPTH_M) - TERRACE_STEP_M
            height = height + np.clip(rise, 0.0, None) * (self.shore_m(px, py) < 0) * (np.hypot(px, py) < 400)
        return height + self.relief_m(px, py)

    def relief_m(self, x: Field, y: Field) -> Field:
        """Height of hills, mountains or dunes over the flat land [m]; 0 near the building."""
        spec, start, r = self.spec, self.relief_start_m, np.hypot(x, y)
        match spec.relief:
            case "rolling":
                return spec.relief_m * self._noise(x, y, 260.0) * _smoothstep(r, start, start + 500)
            case "slopes":
                return spec.relief_m * self._noise(x, y, 220.0) * _smoothstep(r, start, start + 350)
            case "hills":
                height = spec.relief_m * self._noise(x, y, 700.0) * _smoothstep(r, start + 150, start + 1500)
                # Hills stand on the mainland and leave the sea open.
                return height * _smoothstep(self.shore_m(x, y), 0.0, 200.0) if spec.water == "sea" else height
            case "mountains":
                ridges = 1.0 - np.abs(2.0 * self._noise(x, y, 1500.0) - 1.0)
                return spec.relief_m * ridges * _smoothstep(r, start + 500, start + 3200)
            case "dunes":
                across = (x * 0.45 + y * 0.9) / 75.0 + 1.5 * self._noise(x, y, 260.0)
                # A long back and a steep lee side, as wind leaves them.
                share = across - np.floor(across)
                crest = np.where(share < 0.7, share / 0.7, (1 - share) / 0.3) ** 1.4
                tall = 0.35 + 0.65 * self._noise(x, y, 500.0)
                return spec.relief_m * crest * tall * _smoothstep(r, 0.85 * start, 2.4 * start)
        return np.zeros(x.shape)

    def _noise(self, x: Field, y: Field, wavelength_m: float) -> Field:
        """Smooth noise in [0, 1], a sum of waves after ``wavelength_m``."""
        total = np.zeros(x.shape)
        for angle, relative, phase in self.waves:
            frequency = 2 * math.pi / (wavelength_m * relative)
            total += relative * np.sin((x * math.cos(angle) + y * math.sin(angle)) * frequency + phase)
        return np.clip(0.5 + 0.5 * total / (0.62 * float(np.sqrt((self.waves[:, 1] ** 2).sum()) * 1.8)), 0.0, 1.0)

    def build(self, out: SceneBuilder) -> None:
        """Add the ground as elements ``ground``, ``ground.shore``, ``ground.hills`` and ``ground.heights``."""
        rest = self._disc()
        for name, material, field in self._zones():
            x, y = rest[..., 0], rest[..., 1]
            chosen, rest = split(rest, field(x, y))
            if len(chosen):
                out.add(name, chosen, material=material, part=Part.GROUND)
        main = "dune" if self.spec.relief == "dunes" else _GROUND_MATERIAL[self.spec.ground]
        out.add("ground", rest, material=main, part=Part.GROUND)

    def _zones(self) -> list[tuple[str, str, Callable[[Field, Field], Field]]]:
        """(element, material, field that is negative inside) of the ground's parts, the first on top."""
        zones: list[tuple[str, str, Callable[[Field, Field], Field]]] = []
        if self.spec.relief == "mountains":
            treeline = 0.3 * self.spec.relief_m
            zones.append(("ground.heights", "mountain", lambda x, y: treeline - self.relief_m(x, y)))
        if self.spec.relief in ("hills", "slopes", "mountains"):
            material = "snow-hill" if self.spec.ground == "snow" else "forest-hill"
            zones.append(("ground.hills", material, lambda x, y: 4.0 - self.relief_m(x, y)))
        if self.spec.water not in ("none", "paddies"):
            width = _SHORE_M[self.spec.water]
            zones.append(("ground.shore", _SHORE_MATERIAL[self.spec.water], lambda x, y: self.shore_m(x, y) - width))
        return zones

    def _disc(self) -> Triangles:
        """The ground as a fan and rings that widen towards the horizon; all corners face up."""
        first = 0.5 * self.site.radius_m
        rings = math.ceil(math.log(HORIZON_M / first) / math.log(_RING_GROWTH))
        radius = np.geomspace(first, HORIZON_M, rings)
        angle = np.arange(_SECTORS + 1) * (2 * math.pi / _SECTORS)
        x, y = radius[:, None] * np.cos(angle), radius[:, None] * np.sin(angle)
        grid = np.stack([x, y, self.height_m(x, y)], axis=-1)
        a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
        sheet = np.concatenate([np.stack([a, b, c], 2).reshape(-1, 3, 3), np.stack([a, c, d], 2).reshape(-1, 3, 3)])
        center = np.broadcast_to([0.0, 0.0, self.level_m], (_SECTORS, 3))
        return np.concatenate([np.stack([center, grid[0, :-1], grid[0, 1:]], axis=1), sheet])
