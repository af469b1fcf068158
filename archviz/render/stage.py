"""The building in its surroundings, or these alone, and what of both a camera is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.size import Size
from archviz.geometry.clearing import clear_view
from archviz.geometry.greenery import with_greenery
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings import (
    Surroundings,
    SurroundingsSpec,
    build_landscape,
    build_surroundings,
    landscape_camera,
)
from archviz.light_transport.clay import whitened
from archviz.presets import environment
from archviz.render.request import SurroundingsMode

__all__ = ["Site", "Stage", "build_around", "build_site", "environment_camera", "set_stage"]

# Plain ground and nothing else: what a building stands on where no surroundings are built.
_PLAIN = "studio"
# What surroundings call the path to a building's door.
_PATH = "path"


@dataclass(frozen=True, eq=False, kw_only=True)
class Site:
    """A building and its surroundings, the same for every view.

    Parameters
    ----------
    building, surroundings
        Two scenes, not merged yet; ``None`` for the building of an empty plot.
    lamps_m
        (k, 3) lamps [m].
    """

    building: Scene | None
    surroundings: Scene
    lamps_m: NDArray[np.float32]

    def without_path(self) -> Site:
        """The same site without the path to its door, where the building brings its own."""
        around = self.surroundings
        laid = np.array([element.name == _PATH for element in around.table.elements], dtype=np.bool_)
        return replace(self, surroundings=around.only(~laid[around.face_elements]))

    def in_white(self) -> Site:
        """The same site with every surface white but glass and water."""
        own = self.building
        return replace(
            self,
            building=None if own is None else own.with_table(whitened(own.table)),
            surroundings=self.surroundings.with_table(whitened(self.surroundings.table)),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class Stage:
    """What one camera is shown of a site, ready for rays.

    Parameters
    ----------
    caster
        Holds the merged scene.
    lamps_m
        (k, 3) lamps [m].
    """

    caster: RayCaster
    lamps_m: NDArray[np.float32]


def environment_camera(environment_id: str, *, seed: int, size: Size) -> Camera:
    """The camera that shows an environment without a building."""
    return landscape_camera(_spec(environment_id), seed=seed, size=size)


def build_around(building: Scene | None, environment_id: str, mode: SurroundingsMode, seed: int) -> Surroundings:
    """What stands around a building.

    Parameters
    ----------
    building
        The model; ``None`` leaves the plot empty.
    environment_id
        Environment preset.
    mode
        With ``imagined`` only the environment's ground is built, with its roads and water, and the rest is left to the
        engine; with ``none`` the building stands on plain ground.
    seed
        Decides where plants and neighbours stand.
    """
    spec = _spec(_PLAIN if mode == "none" else environment_id)
    if building is None:
        return build_landscape(spec, seed=seed)
    around = build_surroundings(spec, building.building_bounds(), seed=seed)
    return around if mode == "geometry" else _bare(around)


def _bare(around: Surroundings) -> Surroundings:
    """The ground alone, as the embedded engine learned bare buildings."""
    return Surroundings(scene=around.scene.without(Part.SURROUNDINGS), lamps_m=np.zeros((0, 3), np.float32))


def build_site(building: Scene | None, environment_id: str, mode: SurroundingsMode, seed: int) -> Site:
    """Put a building into its surroundings; see :func:`build_around`."""
    around = build_around(building, environment_id, mode, seed)
    return Site(building=building, surroundings=around.scene, lamps_m=around.lamps_m)


def set_stage(site: Site, camera: Camera) -> Stage:
    """Take away what would hide the building from ``camera``, and build the rest for rays."""
    scene = site.surroundings
    if site.building is not None:
        scene = site.building.merged(clear_view(site.building, site.surroundings, camera))
    return Stage(caster=RayCaster(with_greenery(scene, camera)), lamps_m=site.lamps_m)


def _spec(environment_id: str) -> SurroundingsSpec:
    preset = environment(environment_id)
    return SurroundingsSpec.from_table(preset.surroundings, source=preset.source)
