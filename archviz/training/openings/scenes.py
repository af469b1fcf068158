"""Scenes of the calibration: buildings on plain ground, each intact and once with windows taken away.

One folder a building, ``<cache>/scenes/<number>/`` as the path tracer reads it: the *damaged* scene.
``intact/`` in it holds what pictures are judged against, ``damage.json`` what was done.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.openings import Opening
from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.geometry.openings import label_openings, outline_of
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings import SurroundingsSpec, build_surroundings
from archviz.geometry.views import view_camera
from archviz.presets import environment
from archviz.render.inputs import read_source
from archviz.render.request import RenderRequest
from archviz.training.openings.damage import Damage, Wall, apply_damage, find_slide, find_wall, slide_vector
from archviz.training.scenes.generate import build_building
from archviz.training.scenes.massing import choose_massing
from archviz.training.scenes.palette import choose_palette
from archviz.training.scenes.record import RECORD_VERSION, TrainingScene, read_scene, table_record, write
from archviz.training.scenes.views import choose_suns

__all__ = ["Case", "cases", "is_seen", "prepare_case", "read_case"]

Split = Literal["calibration", "test"]

_LANDSCAPE, _PORTRAIT = Size(height=384, width=512), Size(height=512, width=384)
# Whichever of them shows the most windows that can be taken away.
_VIEWS = ("front-left", "front-right", "elevation-south")
# The building fills this share of the frame's room on its fullest side.
_FILL = 0.97
_GROUND = "studio"
_REMOVED_SHARE, _MOVED_SHARE = 1 / 3, 1 / 6
# A wall seen more flatly than this shows its windows as slits.
_LEAST_FACING = 0.25
_SEEN_GRID, _LEAST_SEEN = 4, 0.5
_NUMBER = 900_100
_MODELS = ("tube-house.glb", "school.dae", "gable-house.gltf", "garden-villa.obj")
# The first seeds from ..0001 on whose view shows eight to eighty windows that can be taken away, so that
# no building outweighs the others. No engine is trained on them; the test's were drawn after the features.
_CALIBRATION = (
    910001, 910002, 910004, 910008, 910009, 910010, 910013, 910014, 910015, 910017, 910018, 910021,
    920001, 920002, 920005, 920010, 920013, 920014, 920015, 920018, 920019, 920021,
)  # fmt: skip
_TEST = (
    930001, 930003, 930005, 930007, 930008, 930009, 930010, 930011, 930012, 930013, 930015, 930016,
)  # fmt: skip
# Scenes of the data set whose traced pictures are judged against a model with moved windows.
_TRACED_CALIBRATION = (
    1, 3, 6, 15, 104, 106, 107, 108, 113, 116, 124, 128, 129, 132, 133, 136, 142, 149, 151, 157,
)  # fmt: skip
_TRACED_TEST = (4, 5, 8, 14, 16, 101, 103, 105, 114, 115, 127, 138, 141, 146, 148)
# Held out of every training: the engine's pictures of them are judged too.
_HOLDOUT_TEST = (0, 10, 11, 100, 110, 120, 121, 130, 140, 145, 150, 156)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One building of the calibration.

    Parameters
    ----------
    number
        Of its folder.
    split
        Scenes for calibration and for test are disjoint.
    seed
        Of the generator; no scene that the engine is trained on has it.
    model
        A sample model's file instead.
    traced
        View of a scene of the data set instead, whose picture is there: ``number`` is its seed.
    unseen
        Whether the engine was not trained on that scene, so that it makes a picture of it as well.
    """

    number: int
    split: Split
    seed: int = 0
    model: str = ""
    traced: int | None = None
    unseen: bool = False

    @property
    def name(self) -> str:
        """Of the building, in figures."""
        return self.model or f"seed {self.seed or self.number}"


def cases() -> tuple[Case, ...]:
    """All buildings, test and calibration by turns, so that a run cut short has both."""
    samples = [Case(number=_NUMBER + i, split="test", model=m) for i, m in enumerate(_MODELS)]
    test = [*samples, *[Case(number=seed, split="test", seed=seed) for seed in _TEST]]
    calibration = [Case(number=seed, split="calibration", seed=seed) for seed in _CALIBRATION]
    for view in (0, 1):
        test += [Case(number=seed, split="test", traced=view, unseen=True) for seed in _HOLDOUT_TEST]
    test += [Case(number=seed, split="test", traced=view) for view in (0, 1) for seed in _TRACED_TEST]
    calibration += [
        Case(number=seed, split="calibration", traced=view) for view in (0, 1) for seed in _TRACED_CALIBRATION
    ]
    return tuple(case for pair in zip_longest(test, calibration) for case in pair if case is not None)


def prepare_case(cache: Path, case: Case) -> Path:
    """Write a case's folder, unless it is there; returns it."""
    folder = cache / "scenes" / f"{case.number:06d}"
    if folder.exists():
        return folder
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    (beside / "intact").mkdir(parents=True)
    building, panes, detail = _model(case) if case.model else _generate(case.seed)
    openings, labels = label_openings(building)
    caster = RayCaster(building)
    camera, openings, walls = max(
        (_removable(caster, openings, labels, view) for view in _VIEWS), key=lambda found: len(found[2])
    )
    damages = _choose(caster, openings, walls, case.number)
    damaged = apply_damage(building, openings, labels, damages)
    ground = build_surroundings(
        SurroundingsSpec.from_table(environment(_GROUND).surroundings, source=_GROUND),
        building.building_bounds(),
        seed=case.number,
    ).scene
    rng = derive_generator(case.number, "openings", "suns")
    suns = choose_suns(camera, rng)
    for target, scene, glass in (
        (beside / "intact", building, panes),
        (beside, damaged, _moved_panes(building, panes, openings, labels, damages)),
    ):
        merged = scene.merged(ground)
        record = _record(case, merged, glass, camera, suns, detail)
        write(TrainingScene(scene=merged, record=record), target)
    (beside / "damage.json").write_text(json.dumps(_damage_record(openings, damages)), encoding="utf-8")
    beside.rename(folder)
    return folder


def read_case(folder: Path) -> tuple[tuple[Scene, dict[str, Any]], tuple[Scene, dict[str, Any]], dict[str, str]]:
    """Intact scene and record, damaged scene and record, and what was done to which opening by its name."""
    done = json.loads((folder / "damage.json").read_text(encoding="utf-8"))
    return read_scene(folder / "intact"), read_scene(folder), done


def _generate(seed: int) -> tuple[Scene, list[dict[str, Any]], dict[str, Any]]:
    massing = choose_massing(derive_generator(seed, "massing"))
    palette = choose_palette(massing.kind, derive_generator(seed, "palette"))
    con = build_building(massing, palette, derive_generator(seed, "details"))
    panes = [
        {"element": p.element, "corners_m": p.corners_m.tolist(), "lit": False, "room_depth_m": p.room_depth_m}
        for p in con.panes
    ]
    return con.builder.build(), panes, palette.detail


def _model(case: Case) -> tuple[Scene, list[dict[str, Any]], dict[str, Any]]:
    """A sample model; each of its openings gets one pane where its glass lies."""
    path = Path(__file__).resolve().parents[3] / "sample_models" / case.model
    source = read_source(RenderRequest(input=path))
    assert source.model is not None
    scene = source.model.scene
    openings, labels = label_openings(scene)
    clear = scene.table.material_values("transmission")[scene.table.element_materials()] > 0.5
    middle = np.asarray(scene.building_bounds().center_m)
    panes = []
    for row in range(len(openings)):
        faces = np.flatnonzero((labels == row) & clear[scene.face_elements])
        outline = outline_of(scene.triangles_m[faces].astype(np.float64), middle) if len(faces) else None
        if outline is not None:
            element = scene.table.elements[int(scene.face_elements[faces[0]])].name
            panes.append({"element": element, "corners_m": outline[0].tolist(), "lit": False, "room_depth_m": 3.5})
    return scene, panes, {}


def _removable(
    caster: RayCaster, openings: tuple[Opening, ...], labels: NDArray[np.int32], view: str
) -> tuple[Camera, tuple[Opening, ...], dict[int, Wall]]:
    """A view that the building fills, the openings turned to it, and of those that it shows the walls they sit in."""
    camera = _filled(caster.scene, view)
    turned = tuple(opening.towards(np.asarray(camera.position_m)) for opening in openings)
    seen = [row for row, opening in enumerate(turned) if is_seen(caster, labels, row, opening, camera)]
    return camera, turned, {row: wall for row in seen if (wall := find_wall(caster, turned[row])) is not None}


def _filled(scene: Scene, view: str) -> Camera:
    """A preset's camera with the lens with which the building fills an upright or a level frame."""
    bounds = scene.building_bounds()
    wide, deep, tall = bounds.extents_m
    size = _PORTRAIT if tall > max(wide, deep) * 0.9 else _LANDSCAPE
    camera = view_camera(scene, view, size)
    corners = np.array(np.meshgrid(*zip(bounds.low, bounds.high, strict=True))).reshape(3, -1).T
    away = camera.project(corners)[0] - camera.principal_point_px
    room = np.where(
        away > 0, np.subtract((size.width, size.height), camera.principal_point_px), camera.principal_point_px
    )
    zoom = float((_FILL * room / np.maximum(np.abs(away), 1e-6)).min())
    return replace(camera, focal_mm=camera.focal_mm * max(1.0, zoom))


def _choose(caster: RayCaster, openings: tuple[Opening, ...], walls: dict[int, Wall], seed: int) -> list[Damage]:
    """A third of what can be taken away is gone, a sixth is set up again beside its place."""
    order = [int(row) for row in derive_generator(seed, "openings", "damage").permutation(sorted(walls))]
    slides = {row: find_slide(caster, openings, row, walls[row]) for row in order}
    movable = [row for row in order if slides[row] is not None][: round(_MOVED_SHARE * len(order))]
    removed = [row for row in order if row not in movable][: max(1, round(_REMOVED_SHARE * len(order)))]
    return [Damage(row=row, wall=walls[row]) for row in removed] + [
        Damage(row=row, wall=walls[row], slide_m=slides[row]) for row in movable
    ]


def is_seen(caster: RayCaster, labels: NDArray[np.int32], row: int, opening: Opening, camera: Camera) -> bool:
    """Whether a camera sees at least half of an opening, and not too flatly."""
    eye = np.asarray(camera.position_m)
    steps = (np.arange(_SEEN_GRID) + 0.5) / _SEEN_GRID
    u, v = (g.ravel()[:, None] for g in np.meshgrid(steps, steps))
    points = opening.corners_m[0] + u * opening.right_m + v * opening.up_m
    rays = points - eye
    if float((-rays @ opening.normal / np.linalg.norm(rays, axis=1)).mean()) < _LEAST_FACING:
        return False
    hits = caster.first_hits(eye, rays)
    return float(np.mean((hits.faces >= 0) & (labels[hits.faces] == row))) >= _LEAST_SEEN


def _moved_panes(
    scene: Scene,
    panes: list[dict[str, Any]],
    openings: tuple[Opening, ...],
    labels: NDArray[np.int32],
    damages: list[Damage],
) -> list[dict[str, Any]]:
    """The panes of the damaged scene: gone and moved as their windows."""
    by_row = {damage.row: damage for damage in damages}
    names = {scene.table.elements[e].name: row for row, opening in enumerate(openings) for e in opening.elements}
    kept = []
    for pane in panes:
        damage = by_row.get(names.get(pane["element"], -1))
        if damage is None:
            kept.append(pane)
        elif damage.slide_m is not None:
            own = scene.triangles_m[labels == damage.row].astype(np.float64).reshape(-1, 3)
            depth = float(np.ptp(own @ openings[damage.row].normal))
            moved = np.asarray(pane["corners_m"]) + slide_vector(openings[damage.row], damage, depth)
            kept.append(pane | {"corners_m": moved.tolist()})
    return kept


def _record(
    case: Case,
    merged: Scene,
    panes: list[dict[str, Any]],
    camera: Camera,
    suns: list[dict[str, float]],
    detail: dict[str, Any],
) -> dict[str, Any]:
    return {
        "version": RECORD_VERSION,
        "seed": case.number,
        "axes": "Z up, +Y north, metres",
        "split": case.split,
        "environment": _GROUND,
        **table_record(merged.table),
        "panes": panes,
        "plants": [],
        "figures": [],
        "lamps_m": [],
        "suns": suns,
        "cameras": [{"camera": camera.to_json(), "view": "eye-level"}],
        "facade_detail": detail,
    }


def _damage_record(openings: tuple[Opening, ...], damages: list[Damage]) -> dict[str, str]:
    return {openings[d.row].name: "removed" if d.slide_m is None else "moved" for d in damages}
