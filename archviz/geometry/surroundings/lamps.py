"""Street lamps, garden lamps and lanterns, and where their light comes from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.ground import Terrain
from archviz.geometry.surroundings.neighbours import Plot
from archviz.geometry.surroundings.palette import pick
from archviz.geometry.surroundings.shapes import box, join, sphere, tube
from archviz.geometry.surroundings.site import APRON_Z_M
from archviz.geometry.surroundings.street import Street

__all__ = ["MAX_LAMPS", "build_lamps"]

MAX_LAMPS = 16
"""Most lamps of a scene: each costs a shadow ray a pixel."""

Points = list[tuple[float, float, float]]

_POST_HEIGHT_M = 5.5
_BOLLARD_HEIGHT_M = 0.7
# The light's point stands clear of its own housing, or the housing would put it in the dark.
_CLEAR_M = 0.12
_CROWN_FREE_M = 3.2


def build_lamps(
    terrain: Terrain, plots: tuple[Plot, ...], out: SceneBuilder, *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Add the spec's lamps.

    Returns
    -------
    ndarray
        (k, 3) points the light comes from, nearest to the building or to the eye first [m]; k <= 16.
    """
    match terrain.spec.lamps:
        case "street":
            points = _street_lamps(terrain, out)
        case "garden":
            points = _bollards(terrain, out)
        case "lanterns":
            points = _lanterns(terrain, plots, out, rng)
        case _:
            points = []
    found = np.array(points).reshape(-1, 3)
    site = terrain.site
    x, y = (0.0, site.front_m) if site.sight is None else (site.sight.x_m, site.sight.y_m)
    return found[np.argsort(np.linalg.norm(found - (x, y, 0.0), axis=1), kind="stable")][:MAX_LAMPS]


def _street_lamps(terrain: Terrain, out: SceneBuilder) -> Points:
    """Posts with an arm over the carriageway, or along the paths of a park."""
    spec, site = terrain.spec, terrain.site
    street = Street.of(spec, site)
    on_street = spec.road == "street"
    rows = [(street.near_m + 0.5, -1.0), (street.far_m - 0.5, 1.0)] if on_street else [(street.near_m, -1.0)]
    points: Points = []
    for y, arm in rows:
        for side in (-1.0, 1.0):
            for x in side * (site.half_x_m + 3.0 + np.arange(40) * 2.0):
                apart = not points or min(np.hypot(p[0] - x, p[1] - y) for p in points) > 18.0
                wet = float(terrain.shore_m(x, y)) < 1.0
                if not apart or wet or site.blocks_view(x, y, radius_m=0.3, height_m=_POST_HEIGHT_M):
                    continue
                z = APRON_Z_M if on_street else float(terrain.height_m(x, y))
                head = np.array([x, y + arm * 1.1, z + _POST_HEIGHT_M])
                post = join(
                    tube((x, y, z - 0.1), (x, y, z + _POST_HEIGHT_M), 0.07, end_radius=0.05),
                    tube((x, y, z + _POST_HEIGHT_M - 0.05), head, 0.035, sides=4),
                )
                number = len(points) + 1
                out.add(f"lamp.{number}.post", post, material="steel", class_name="lamp")
                cap = box(head - np.array([0.14, 0.3, 0.05]), head + np.array([0.14, 0.3, 0.04]))
                out.add(f"lamp.{number}.head", cap, material="lamp-head", class_name="lamp")
                points.append((float(x), float(head[1]), float(head[2] - 0.05 - _CLEAR_M)))
                # No crown around the lamp's head.
                site.reserve((x - _CROWN_FREE_M, y - _CROWN_FREE_M), (x + _CROWN_FREE_M, y + _CROWN_FREE_M))
    return points


def _bollards(terrain: Terrain, out: SceneBuilder) -> Points:
    """Low posts before the front's corners and along the way to it."""
    site = terrain.site
    x = site.half_x_m
    steps = ((x + 0.8, 1.2), (0.35 * x + 1.2, 3.0), (0.35 * x + 1.2, 3.0 + 0.35 * site.size_m))
    points: Points = []
    for away, d in steps:
        for side in (-1.0, 1.0):
            px, py = side * away, site.front_m - d
            if float(terrain.shore_m(px, py)) < 0.7:
                continue
            z = float(terrain.height_m(px, py))
            number = len(points) + 1
            post = box((px - 0.05, py - 0.05, z - 0.1), (px + 0.05, py + 0.05, z + _BOLLARD_HEIGHT_M - 0.08))
            head = box(
                (px - 0.08, py - 0.08, z + _BOLLARD_HEIGHT_M - 0.08), (px + 0.08, py + 0.08, z + _BOLLARD_HEIGHT_M)
            )
            out.add(f"lamp.{number}.post", post, material="steel", class_name="lamp")
            out.add(f"lamp.{number}.head", head, material="lamp-head", class_name="lamp")
            points.append((px, py, z + _BOLLARD_HEIGHT_M + _CLEAR_M))
    return points


def _lanterns(terrain: Terrain, plots: tuple[Plot, ...], out: SceneBuilder, rng: np.random.Generator) -> Points:
    """Silk lanterns under the eaves of the neighbours' fronts, three to a house."""
    site = terrain.site
    points: Points = []
    near = [p for p in plots if abs(p.y_m - site.front_m) < 3.0 and abs(p.x_m) < site.half_x_m + 30.0]
    for plot in near:
        for share in (-0.3, 0.0, 0.3):
            center = np.array([plot.x_m + share * plot.width_m, plot.y_m - 1.75, 2.25 + float(rng.uniform(-0.1, 0.1))])
            name = f"lantern.{len(points) + 1}"
            silk = sphere(center, (0.2, 0.2, 0.26))
            out.add(f"{name}.silk", silk, material=pick("lantern", rng), class_name="lantern")
            cord = tube(center + np.array([0, 0, 0.24]), center + np.array([0, 0, 0.75]), 0.012, sides=3)
            tassel = tube(center - np.array([0, 0, 0.45]), center - np.array([0, 0, 0.24]), 0.02, sides=3)
            out.add(f"{name}.cord", join(cord, tassel), material="wire", class_name="lantern")
            points.append((float(center[0]), float(center[1] - 0.2 - _CLEAR_M), float(center[2])))
    return points
