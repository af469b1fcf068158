"""Things that stand about: rocks and karst islands, hedges, benches, boats, vehicles, poles with wires."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import WATER_LEVEL_M, Terrain
from archviz.geometry.surroundings.shapes import Triangles, box, cone, join, lump, placed, tube
from archviz.geometry.surroundings.site import APRON_Z_M
from archviz.geometry.surroundings.spec import Prop
from archviz.geometry.surroundings.street import Street
from archviz.geometry.surroundings.vehicles import ShapeParts, car, motorbike, sampan

__all__ = ["build_props"]

# Boats before an empty plot's sight: beyond the foreground, near enough to be told for boats.
_BOATS_AHEAD_M = (12.0, 45.0)


def build_props(terrain: Terrain, out: SceneBuilder, *, rng: np.random.Generator) -> None:
    """Add the spec's props and keep plants out of the larger ones."""
    for prop in terrain.spec.props:
        _PROPS[prop](terrain, out, rng)


def _add(out: SceneBuilder, name: str, parts: ShapeParts, at: tuple[float, float, float], turn_deg: float) -> None:
    for suffix, material, shape in parts:
        out.add(
            f"{name}.{suffix}", placed(shape, at, turn_deg=turn_deg), material=material, class_name=name.split(".")[0]
        )


def _rocks(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Boulders around the plot and at the water's edge, in groups of two or three."""
    site = terrain.site
    placed_rocks = 0
    for _ in range(80):
        angle = rng.uniform(0, 2 * math.pi)
        r = site.radius_m + rng.uniform(2.0, 20.0 + 1.2 * site.size_m)
        x, y = r * math.cos(angle), r * math.sin(angle)
        size = float(rng.uniform(0.35, 1.3))
        hidden = bool(site.blocks_view(x, y, radius_m=2 * size, height_m=1.3 * size))
        if placed_rocks >= 18 or hidden or site.is_taken(x, y, radius_m=2 * size) or float(terrain.shore_m(x, y)) < -2:
            continue
        group = []
        for _ in range(int(rng.integers(1, 4))):
            px, py = x + rng.normal(scale=size), y + rng.normal(scale=size)
            s = size * float(rng.uniform(0.5, 1.0))
            center = (px, py, float(terrain.height_m(px, py)) + 0.2 * s)
            group.append(lump(center, s * rng.uniform((0.7, 0.7, 0.5), (1.2, 1.2, 0.9)), rng, rough=0.28))
        placed_rocks += 1
        out.add(f"rock.{placed_rocks}", join(*group), material="rock", class_name="rock")
        site.reserve((x - size, y - size), (x + size, y + size))


def _karst(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Limestone towers in the sea: steep below, rounded and wooded on top, most of them behind the building."""
    start = terrain.relief_start_m
    count = 0
    for k in range(60):
        # Two of three stand in the northern half, where the front views look.
        angle = rng.uniform(0.05, 0.95) * math.pi * (1 if k % 3 else -1)
        r = float(rng.uniform(start, start + 900.0))
        x, y = r * math.cos(angle), r * math.sin(angle)
        height = float(rng.uniform(0.16, 0.34) * r * rng.uniform(0.5, 1.0))
        width = height * float(rng.uniform(0.32, 0.6))
        if count >= 22 or float(terrain.shore_m(x, y)) > -width:
            continue
        count += 1
        out.add(f"karst.{count}.rock", _karst_rock(x, y, width, height, rng), material="karst-rock", class_name="karst")
        top = _karst_rock(x, y, 0.8 * width, 1.04 * height, rng)
        out.add(f"karst.{count}.trees", top, material="forest-hill", class_name="karst")


def _karst_rock(x: float, y: float, width: float, height: float, rng: np.random.Generator) -> Triangles:
    """A steep rock of stretched lumps, its foot under water."""
    z = WATER_LEVEL_M["sea"]
    lumps = []
    for _ in range(3):
        shift = rng.normal(scale=0.4 * width, size=2)
        tall = height * float(rng.uniform(0.55, 1.0))
        shape = lump((0, 0, 0), (1.0, 1.0, 1.0), rng, rough=0.16, level=2)
        # Sides pulled upright: a karst tower is a block with a round head, not an egg.
        shape[..., 2] = np.sign(shape[..., 2]) * np.abs(shape[..., 2]) ** 0.6
        lumps.append(shape * [width, width, tall] + [x + shift[0], y + shift[1], z])
    return join(*lumps)


def _hedges(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Clipped hedges along the plot's sides and back, and a low one towards the front."""
    site = terrain.site
    x, y = site.half_x_m + max(5.5, 0.45 * site.size_m), site.half_y_m + max(6.0, 0.5 * site.size_m)
    front = site.front_m - 1.0
    runs = [
        ((-x - 0.4, front), (-x + 0.4, y), 1.3),
        ((x - 0.4, front), (x + 0.4, y), 1.3),
        ((-x, y - 0.4), (x, y + 0.4), 1.6),
    ]
    runs += [((-x, front - 0.7), (-0.45 * x, front), 0.7), ((0.45 * x, front - 0.7), (x, front), 0.7)]
    for number, (low, high, height) in enumerate(runs, 1):
        if float(np.min(terrain.shore_m(np.linspace(low[0], high[0], 9), np.linspace(low[1], high[1], 9)))) < 0.5:
            continue
        out.add(f"hedge.{number}", box((*low, -0.1), (*high, height)), material="hedge-leaves", class_name="hedge")
        site.reserve(low, high)


def _benches(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Park benches on the lawn at the front's sides."""
    site = terrain.site
    seat = [box((-0.8, -0.22 + 0.15 * k, 0.42), (0.8, -0.1 + 0.15 * k, 0.46)) for k in range(3)]
    back = [box((-0.8, 0.2, 0.55 + 0.13 * k), (0.8, 0.23, 0.64 + 0.13 * k)) for k in range(2)]
    legs = [box((x - 0.03, -0.2, 0), (x + 0.03, 0.22, 0.78)) for x in (-0.65, 0.65)]
    parts = (("wood", "plank-wall", join(*seat, *back)), ("legs", "steel", join(*legs)))
    for number, side in enumerate((-1.0, 1.0, -1.0), 1):
        x = side * (site.half_x_m + float(rng.uniform(1.0, 4.0)))
        y = site.front_m - float(rng.uniform(2.0, 4.0)) - 4.5 * (number == 3)
        if float(terrain.shore_m(x, y)) > 1.0:
            _add(out, f"bench.{number}", parts, (x, y, float(terrain.height_m(x, y))), float(rng.uniform(-25, 25)))


def _sampans(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Boats on the water at the view's sides, some moored, some under way; none where there is no water."""
    site = terrain.site
    level = WATER_LEVEL_M.get(terrain.spec.water, 0.0)
    count = 0
    for _ in range(150):
        if site.sight is not None:
            ahead = float(rng.uniform(*_BOATS_AHEAD_M))
            x, y = site.sight.point_m(ahead * float(rng.uniform(-0.5, 0.5)), ahead)
        else:
            x = float(rng.choice([-1, 1]) * rng.uniform(0.4, 2.2) * (site.size_m + 4))
            y = site.front_m - float(rng.uniform(-1.5, 1.6)) * (site.size_m + 6)
        if count >= 6 or not -40 < float(terrain.shore_m(x, y)) < -2.5:
            continue
        if site.blocks_view(x, y, radius_m=2.0, height_m=1.1):
            continue
        count += 1
        _add(out, f"sampan.{count}", sampan(rng), (x, y, level), float(rng.normal(scale=25) + rng.choice([0, 180])))


def _cars(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Cars parked at the near kerb and driving on the far side."""
    site = terrain.site
    street = Street.of(terrain.spec, site)
    count = 0
    for y, turn, low, high in ((street.near_m - 1.15, 0.0, 6.0, 11.0), (street.far_m + 1.7, 180.0, 10.0, 24.0)):
        for side in (-1.0, 1.0):
            x = site.half_x_m + 3.0
            while x < site.half_x_m + 70.0 and count < 22:
                if not site.blocks_view(side * x, y, radius_m=2.2, height_m=1.45):
                    count += 1
                    _add(out, f"car.{count}", car(rng), (side * x, y, -0.14), turn)
                    x += float(rng.uniform(low, high))
                else:
                    x += 1.0


def _motorbikes(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Scooters parked in rows on the pavement, and a few under way."""
    site = terrain.site
    street = Street.of(terrain.spec, site)
    count = 0
    for side in (-1.0, 1.0):
        for x in site.half_x_m + 1.0 + np.arange(0.0, 26.0, 0.75):
            y = street.near_m + 1.1 + float(rng.normal(scale=0.08))
            if rng.random() < 0.5 and not site.blocks_view(side * x, y, radius_m=0.6, height_m=1.05):
                count += 1
                _add(out, f"motorbike.{count}", motorbike(rng), (side * x, y, APRON_Z_M), float(rng.normal(68, 5)))
        for x in site.half_x_m + rng.uniform(6.0, 34.0, 4):
            lane = street.near_m - 1.8 if side > 0 else street.far_m + 1.8
            if not site.blocks_view(side * x, lane, radius_m=0.8, height_m=1.05):
                count += 1
                _add(out, f"motorbike.{count}", motorbike(rng), (side * x, lane, -0.14), 0.0 if side > 0 else 180.0)


def _poles(terrain: Terrain, out: SceneBuilder, rng: np.random.Generator) -> None:
    """Concrete poles along the pavement with bundles of sagging wires; the span before the building is left open."""
    site = terrain.site
    y = Street.of(terrain.spec, site).near_m + 0.55
    for side in (-1.0, 1.0):
        tops: list[float] = []
        x = site.half_x_m + 2.0
        while len(tops) < 5:
            if site.blocks_view(side * x, y, radius_m=0.3, height_m=8.5):
                x += 0.5
                continue
            number = f"pole.{'left' if side < 0 else 'right'}.{len(tops) + 1}"
            shaft = tube((side * x, y, -0.1), (side * x, y, 8.6), 0.16, end_radius=0.11)
            arms = [box((side * x - 0.05, y - 0.8, z), (side * x + 0.05, y + 0.8, z + 0.1)) for z in (7.5, 8.2)]
            can = box((side * x - 0.25, y + 0.15, 5.6), (side * x + 0.25, y + 0.55, 6.4))
            out.add(f"{number}.shaft", join(shaft, *arms), material="concrete", class_name="pole")
            out.add(
                f"{number}.box", join(can, cone((side * x, y, 8.6), 0.1, 0.15)), material="steel", class_name="pole"
            )
            tops.append(side * x)
            x += 17.0
        wires = [
            _wire((a, y + dy, z), (b, y + dy, z), float(rng.uniform(0.3, 0.9)))
            for a, b in pairwise(tops)
            for dy, z in ((-0.7, 8.3), (-0.25, 8.3), (0.7, 8.3), (-0.6, 7.6), (0.0, 7.3), (0.3, 7.6), (0.1, 6.8))
        ]
        out.add(f"wires.{'left' if side < 0 else 'right'}", join(*wires), material="wire", class_name="wires")


def _wire(start: tuple[float, float, float], end: tuple[float, float, float], sag: float) -> Triangles:
    """A wire that hangs in a parabola, in six straight pieces."""
    t = np.linspace(0, 1, 7)[:, None]
    line = np.asarray(start) * (1 - t) + np.asarray(end) * t - np.array([0, 0, 4 * sag]) * t * (1 - t)
    return join(*(tube(a, b, 0.022, sides=3) for a, b in pairwise(line)))


_PROPS: Mapping[Prop, Callable[[Terrain, SceneBuilder, np.random.Generator], None]] = {
    "benches": _benches,
    "cars": _cars,
    "hedges": _hedges,
    "karst": _karst,
    "motorbikes": _motorbikes,
    "poles": _poles,
    "rocks": _rocks,
    "sampans": _sampans,
}
