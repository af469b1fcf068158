"""An environment without a building: the empty plot's surroundings, and the camera that shows the place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archviz.core.camera import Camera
from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.geometry.scene import Bounds
from archviz.geometry.surroundings.build import Surroundings, furnish
from archviz.geometry.surroundings.ground import WATER_LEVEL_M, Terrain
from archviz.geometry.surroundings.sight import Sight
from archviz.geometry.surroundings.site import Site
from archviz.geometry.surroundings.spec import SurroundingsSpec
from archviz.geometry.surroundings.street import Street
from archviz.geometry.surroundings.water import terrace_bund

__all__ = ["PLOT", "build_landscape", "landscape_camera"]

PLOT = Bounds((-5.0, -6.0, 0.0), (5.0, 6.0, 8.0))
"""The house that the surroundings are measured by; its plot stays empty."""

_EYE_HEIGHT_M = 1.65
_FOCAL_MM = 28.0
# How far another seed turns the view [degrees].
_TURN_DEG = 5.0


@dataclass(frozen=True, kw_only=True)
class _Standpoint:
    """A sight, the eye's height over the ground or water [m], and the horizon as a share from the top."""

    sight: Sight
    eye_height_m: float = _EYE_HEIGHT_M
    horizon: float = 0.45


def build_landscape(spec: SurroundingsSpec, *, seed: int) -> Surroundings:
    """Build surroundings around an empty plot, open to the camera of :func:`landscape_camera`.

    Parameters
    ----------
    spec
        The environment.
    seed
        As in :func:`~archviz.geometry.surroundings.build_surroundings`.

    Returns
    -------
    Surroundings
        The plot's middle is the origin, its ground 2 cm under it.
    """
    terrain, standpoint = _lay_out(spec, seed)
    site = replace(terrain.site, sight=standpoint.sight)
    return furnish(replace(terrain, site=site), seed=seed, offset_m=(0.0, 0.0, 0.0))


def landscape_camera(spec: SurroundingsSpec, *, seed: int, size: Size) -> Camera:
    """The camera at eye level that sees what the environment is known by.

    Parameters
    ----------
    spec, seed
        As in :func:`build_landscape`.
    size
        The picture's size.

    Returns
    -------
    Camera
        Level, so that verticals stay vertical; lens shift puts the horizon where it belongs.
    """
    terrain, standpoint = _lay_out(spec, seed)
    sight = standpoint.sight
    z = _footing_m(terrain, sight.x_m, sight.y_m) + standpoint.eye_height_m
    x, y = sight.point_m(0.0, 10.0)
    return Camera(
        position_m=(sight.x_m, sight.y_m, z),
        target_m=(x, y, z),
        focal_mm=_FOCAL_MM,
        shift=(0.0, (standpoint.horizon - 0.5) * size.height / size.longer),
        size=size,
    )


def _lay_out(spec: SurroundingsSpec, seed: int) -> tuple[Terrain, _Standpoint]:
    terrain = Terrain.random(spec, Site.of(PLOT), rng=derive_generator(seed, "surroundings", "terrain"))
    turn = float(derive_generator(seed, "surroundings", "sight").uniform(-_TURN_DEG, _TURN_DEG))
    standpoint = _standpoint(terrain)
    sight = standpoint.sight
    return terrain, replace(standpoint, sight=replace(sight, bearing_deg=sight.bearing_deg + turn))


def _footing_m(terrain: Terrain, x: float, y: float) -> float:
    """Height of what one stands on: a bund between paddies, the ground elsewhere, never under water [m]."""
    ground = float(terrain.height_m(x, y))
    water = terrain.spec.water
    if water == "none":
        return ground
    return terrace_bund(y, terrain.site)[1] if water == "paddies" else max(ground, WATER_LEVEL_M[water])


def _standpoint(terrain: Terrain) -> _Standpoint:
    """Where a photographer would stand; bearings are clockwise from +Y, ``side`` is the terrain's."""
    spec, site, side = terrain.spec, terrain.site, terrain.side
    if spec.road in ("street", "lane"):
        # In the carriageway, past the empty plot, along both rows of houses.
        street = Street.of(spec, site)
        y = street.far_m + 0.4 * (street.near_m - street.far_m)
        sight = Sight(x_m=side * (site.half_x_m + 8.0), y_m=y, bearing_deg=side * 82.0, open_m=9.0)
        return _Standpoint(sight=sight, horizon=0.58)
    match spec.water:
        case "paddies":
            # On a bund beside the plot: its palms on one hand, the terraces and hills ahead.
            y = terrace_bund(site.front_m - 9.0, site)[0]
            sight = Sight(x_m=side * (site.half_x_m + 13.0), y_m=y, bearing_deg=-8.0 * side, open_m=17.0)
            return _Standpoint(sight=sight, eye_height_m=2.4, horizon=0.42)
        case "river":
            sight = Sight(x_m=side * 6.5, y_m=site.front_m - 2.5, bearing_deg=side * 104.0, open_m=12.0)
            return _Standpoint(sight=sight, horizon=0.45)
        case "lake" | "sea":
            sight = Sight(x_m=0.0, y_m=site.half_y_m - 3.0, bearing_deg=-8.0 * side, open_m=20.0)
            return _Standpoint(sight=sight, horizon=0.5)
        case "pond":
            x, y, _, ry = terrain.pond_m()
            sight = Sight(x_m=x - side * 3.0, y_m=y - ry - 5.0, bearing_deg=side * 4.0, open_m=9.0)
            return _Standpoint(sight=sight, horizon=0.5)
    sight = Sight(x_m=0.0, y_m=site.front_m + 1.5, bearing_deg=0.0, open_m=9.0)
    return _Standpoint(sight=sight, horizon=0.5)
