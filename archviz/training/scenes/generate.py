"""From a seed to a training scene, and from a range of seeds to a folder of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from archviz.core.elements import ElementTable, unique_name
from archviz.core.errors import InternalError
from archviz.core.seeds import derive_generator, derive_seed
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings import Plant, Surroundings
from archviz.training.scenes.construction import Construction, PlantRecord
from archviz.training.scenes.details import build_base, build_features
from archviz.training.scenes.facade import build_facades
from archviz.training.scenes.massing import choose_massing
from archviz.training.scenes.palette import Palette, choose_palette
from archviz.training.scenes.phrases import building_phrases
from archviz.training.scenes.plan import Massing
from archviz.training.scenes.record import RECORD_VERSION, TrainingScene, table_record, write
from archviz.training.scenes.roofs import build_roof
from archviz.training.scenes.surroundings import choose_environment, surroundings_for
from archviz.training.scenes.views import View, ViewFinder, choose_suns

__all__ = ["HOLDOUT_EVERY", "build_building", "generate", "main_scenes", "write_new"]

_ATTEMPTS = 8
HOLDOUT_EVERY = 10
_HOLDOUT_KIND, _HOLDOUT_ROOF = "courtyard", "butterfly"


def build_building(massing: Massing, palette: Palette, rng: np.random.Generator) -> Construction:
    """Build everything of a planned building; its scene is ``construction.builder.build()``."""
    con = Construction(massing=massing, palette=palette, rng=rng)
    build_facades(con)
    for row in range(len(massing.volumes)):
        build_roof(con, row)
    build_base(con)
    build_features(con)
    return con


def generate(seed: int, *, views: int | None = None) -> TrainingScene:
    """The training scene of a seed, the same on every machine.

    Parameters
    ----------
    seed
        Decides everything.
    views
        How many cameras see the building; two or three where it is not given.

    Raises
    ------
    InternalError
        No surroundings gave so many views of the building.
    """
    massing = choose_massing(derive_generator(seed, "massing"))
    palette = choose_palette(massing.kind, derive_generator(seed, "palette"))
    con = build_building(massing, palette, derive_generator(seed, "details"))
    building, shift = _centered(con.builder.build())
    for attempt in range(_ATTEMPTS):
        rng = derive_generator(seed, "site", attempt)
        environment = choose_environment(massing.kind, rng)
        site_seed = derive_seed(seed, "surroundings", attempt)
        site = surroundings_for(environment, building.building_bounds(), site_seed, rng=rng)
        merged = building.merged(_with_own_material_names(site.scene, building))
        found = ViewFinder(building, merged, rng).find(int(rng.integers(2, 4)) if views is None else views)
        if len(found) >= (views or 2):
            record = _record(seed, con, shift, environment, site, len(building.table.elements), merged, found, rng)
            return TrainingScene(scene=merged, record=record)
    raise InternalError(f"training scene {seed}: no surroundings leave a view of the building")


def main_scenes(cache: Path, seeds: Iterable[int]) -> None:
    """Write the scenes of seeds that ``<cache>/scenes`` does not hold yet."""
    for seed in seeds:
        folder = cache / "scenes" / f"{seed:06d}"
        if folder.exists():
            continue
        try:
            scene = generate(seed)
        except InternalError as error:
            print(f"scenes: {folder.name} left out: {error}", flush=True)
            continue
        write_new(scene, folder)
        print(f"scenes: {folder.name} {scene.record['building']['kind']} {scene.record['environment']}", flush=True)


def write_new(scene: TrainingScene, folder: Path) -> None:
    """Write a scene into a folder that is not there yet, whole or not at all."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    write(scene, beside)
    beside.rename(folder)


def _centered(scene: Scene) -> tuple[Scene, np.ndarray]:
    """The scene with its base's centre at the origin, and by how much it was moved [m]."""
    bounds = scene.building_bounds()
    shift = -np.array([bounds.center_m[0], bounds.center_m[1], bounds.low[2]], dtype=np.float32)
    return replace(scene, vertices_m=scene.vertices_m + shift), shift.astype(np.float64)


def _with_own_material_names(scene: Scene, building: Scene) -> Scene:
    """The scene's materials renamed where the building uses their names: detail goes by name."""
    taken = {m.name for m in building.table.materials}
    materials = []
    for material in scene.table.materials:
        name = unique_name(material.name, taken)
        taken.add(name)
        materials.append(replace(material, name=name))
    return scene.with_table(ElementTable(scene.table.elements, tuple(materials)))


def _record(
    seed: int, con: Construction, shift: np.ndarray, environment: str, site: Surroundings, offset: int,
    merged: Scene, views: list[View], rng: np.random.Generator,
) -> dict[str, Any]:  # fmt: skip
    massing, palette = con.massing, con.palette
    lit_share = round(float(rng.uniform(0.25, 0.7)), 3)
    styles = [s.kind for v in massing.volumes for s in v.styles.values()]
    # Elements of the site may have been renamed where their names clash with the building's.
    renamed = {
        old.name: new.name for old, new in zip(site.scene.table.elements, merged.table.elements[offset:], strict=True)
    }
    plants = [_plant_record(replace(p, position_m=_moved(p.position_m, shift)), {}) for p in con.plants]
    plants += [_plant_record(p, renamed) for p in site.plants]
    figures = [
        {"kind": f.kind, "position_m": list(f.position_m), "height_m": f.height_m,
         "elements": [renamed[e] for e in f.elements]}
        for f in site.figures
    ]  # fmt: skip
    return {
        "version": RECORD_VERSION,
        "seed": seed,
        "axes": "Z up, +Y north, metres",
        "split": _split(seed, massing),
        "building": {
            "kind": massing.kind,
            "roof": massing.roof,
            "roofs": sorted({v.roof.kind for v in massing.volumes}),
            "storeys": massing.storeys,
            "facade": max(styles, key=styles.count) if styles else "blank",
            "wall": palette.wall_kind,
            "features": sorted({f.kind for f in massing.features}),
        },
        "environment": environment,
        **table_record(merged.table),
        "panes": [
            {
                "element": pane.element,
                "corners_m": (pane.corners_m + shift).tolist(),
                "lit": bool(rng.random() < lit_share),
                "room_depth_m": pane.room_depth_m,
            }
            for pane in con.panes
        ],
        "plants": plants,
        "figures": figures,
        "lamps_m": site.lamps_m.tolist(),
        "suns": choose_suns(views[0].camera, rng),
        "window_lit_share": lit_share,
        "cameras": [{"camera": v.camera.to_json(), "view": v.kind} for v in views],
        "facade_detail": palette.detail,
        "caption": {
            "building": massing.kind,
            "storeys": massing.storeys,
            "roof": massing.roof,
            "materials": building_phrases(massing, palette),
            "environment": environment,
        },
    }


def _moved(position: tuple[float, float, float], shift: np.ndarray) -> tuple[float, float, float]:
    return (position[0] + float(shift[0]), position[1] + float(shift[1]), position[2] + float(shift[2]))


def _plant_record(plant: Plant | PlantRecord, renamed: dict[str, str]) -> dict[str, Any]:
    return {
        "species": plant.species,
        "position_m": list(plant.position_m),
        "height_m": plant.height_m,
        "crown_radius_m": plant.crown_radius_m,
        "elements": [renamed.get(e, e) for e in plant.elements],
    }


def _split(seed: int, massing: Massing) -> str:
    held_out = seed % HOLDOUT_EVERY == 0 or massing.kind == _HOLDOUT_KIND
    return "holdout" if held_out or massing.roof == _HOLDOUT_ROOF else "train"
