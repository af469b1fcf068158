"""Whole training scenes: by seed, in variety, seen by their cameras, and written to disk."""

from __future__ import annotations

import json
import struct
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import ElementTable, Part
from archviz.core.errors import FileFormatError
from archviz.core.material import TextureFamily
from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.training.scenes import MATERIAL_PHRASES, TrainingScene, generate, main_scenes, read_scene, write
from archviz.training.scenes.massing import KINDS, choose_massing
from archviz.training.scenes.views import unblocked_share

SEEDS = range(10)


@cache
def scene_of(seed: int) -> TrainingScene:
    return generate(seed)


def ground_of(training_scene: TrainingScene) -> Scene:
    """Ground, roads and water alone."""
    scene = training_scene.scene
    kept = scene.table.element_parts()[scene.face_elements] == int(Part.GROUND)
    return replace(scene, faces=scene.faces[kept], face_elements=scene.face_elements[kept])


def building_of(training_scene: TrainingScene) -> Scene:
    """The building alone: its elements come first."""
    scene = training_scene.scene
    count = own_elements(scene)
    own = scene.face_elements < count
    used, faces = np.unique(scene.faces[own], return_inverse=True)
    table = ElementTable(scene.table.elements[:count], scene.table.materials)
    return Scene(
        vertices_m=scene.vertices_m[used],
        faces=faces.reshape(-1, 3),
        face_elements=scene.face_elements[own],
        table=table,
    )


def own_elements(scene: Scene) -> int:
    parts = scene.table.element_parts()
    return int(np.flatnonzero(np.isin(parts, [Part.BUILDING, Part.OPENING])).max()) + 1


def test_the_same_seed_gives_the_same_scene() -> None:
    one, two = scene_of(3), generate(3)
    assert json.dumps(one.record) == json.dumps(two.record)
    for name in ("vertices_m", "faces", "face_elements"):
        assert np.array_equal(getattr(one.scene, name), getattr(two.scene, name))
    assert json.dumps(one.record) != json.dumps(scene_of(4).record)


def test_every_kind_roof_and_facade_appears() -> None:
    plans = [choose_massing(derive_generator(seed, "massing")) for seed in range(300)]
    kinds = Counter(p.kind for p in plans)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 5
    roofs = Counter(p.roof for p in plans)
    assert set(roofs) == {"flat", "slab", "gable", "hip", "shed", "butterfly", "vault", "sawtooth"}
    facades = {s.kind for p in plans for v in p.volumes for s in v.styles.values()}
    assert facades == {"punched", "ribbon", "curtain", "blank"}
    features = {f.kind for p in plans for f in p.features}
    assert {"balconies", "gallery", "lam", "breeze", "canopy", "porch", "colonnade", "planters", "terrace"} <= features


@pytest.mark.parametrize("seed", SEEDS)
def test_the_building_stands_centred_on_the_ground(seed: int) -> None:
    bounds = scene_of(seed).scene.building_bounds()
    assert bounds.low[2] == pytest.approx(0.0, abs=1e-5)
    assert bounds.center_m[:2] == pytest.approx((0.0, 0.0), abs=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_cameras_see_the_building(seed: int) -> None:
    training_scene = scene_of(seed)
    building, everything = building_of(training_scene), RayCaster(training_scene.scene)
    alone = RayCaster(building)
    # A camera may stand over a low plant, but not in the ground.
    ground = RayCaster(ground_of(training_scene))
    low, high = (np.array(b) for b in (building.building_bounds().low, building.building_bounds().high))
    corners = low + np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * (high - low)
    views = training_scene.record["cameras"]
    assert 2 <= len(views) <= 3
    for view in views:
        camera = Camera.from_json(view["camera"])
        assert unblocked_share(camera, everything, alone) >= 0.6
        assert ground.first_hits(np.array(camera.position_m), np.array([[0.0, 0.0, -1.0]])).distances_m[0] > 1.0
        assert 18 <= camera.focal_mm <= 50
        assert (camera.size.width, camera.size.height) in {(512, 512), (640, 448), (448, 640)}
        grid = camera.resized(Size(32, 32)).ray_directions().reshape(-1, 3)
        seen = everything.first_hits(np.array(camera.position_m), grid).faces
        parts = training_scene.scene.table.element_parts()[training_scene.scene.face_elements[seen]]
        assert np.mean((parts == Part.OPENING) & (seen >= 0)) > 0.001
        if view["view"] == "close-up":
            continue
        pixels, depth = camera.project(corners)
        assert depth.min() > 0
        assert pixels.min() >= -1
        assert (pixels <= np.array([camera.size.width, camera.size.height]) + 1).all()
        if view["view"] != "aerial":  # verticals stay vertical
            assert camera.basis()[2][2] == pytest.approx(0.0, abs=1e-9)


def test_suns_light_mostly_what_the_first_camera_sees() -> None:
    front = []
    for seed in SEEDS:
        record = scene_of(seed).record
        low, high = record["suns"]
        assert 4 <= low["altitude_deg"] <= 35
        assert 25 <= high["altitude_deg"] <= 75
        away = -Camera.from_json(record["cameras"][0]["camera"]).basis()[2]
        for sun in (low, high):
            azimuth = np.radians(sun["azimuth_deg"])
            front.append(np.dot(away[:2], [np.sin(azimuth), np.cos(azimuth)]) > 0)
    assert np.mean(front) > 0.65


@pytest.mark.parametrize("seed", SEEDS)
def test_the_record_names_what_the_scene_holds(seed: int) -> None:
    training_scene = scene_of(seed)
    record, table = training_scene.record, training_scene.scene.table
    assert [e["name"] for e in record["elements"]] == [e.name for e in table.elements]
    assert [m["name"] for m in record["materials"]] == [m.name for m in table.materials]
    names = {e.name for e in table.elements}
    own = [e.name for e in table.elements[: own_elements(training_scene.scene)]]
    assert {p["element"] for p in record["panes"]} == {n for n in own if n.endswith(".glass")}
    for plant in record["plants"]:
        assert plant["elements"]
        assert set(plant["elements"]) <= names
    building = {e.material for e in table.elements[: own_elements(training_scene.scene)]}
    materials = {table.materials[m].name for m in building if table.materials[m].transmission == 0}
    assert materials <= set(record["facade_detail"])
    outside = {e.material for e in table.elements[own_elements(training_scene.scene) :]}
    assert not {table.materials[m].name for m in outside} & set(record["facade_detail"])
    assert set(record["caption"]["materials"]) <= set(MATERIAL_PHRASES)
    lit = np.mean([p["lit"] for p in record["panes"]])
    assert abs(lit - record["window_lit_share"]) < 3 * 0.5 / np.sqrt(len(record["panes"]))


def test_kinds_are_held_out() -> None:
    for seed in range(16):
        plan = choose_massing(derive_generator(seed, "massing"))
        if plan.kind == "courtyard" or plan.roof == "butterfly" or seed % 10 == 0:
            assert scene_of(seed).record["split"] == "holdout"
    assert scene_of(1).record["split"] == "train"


def test_files_read_back_as_they_were_written(tmp_path: Path) -> None:
    training_scene = scene_of(2)
    write(training_scene, tmp_path)
    scene, record = read_scene(tmp_path)
    assert record == training_scene.record == json.loads(json.dumps(training_scene.record))
    assert scene.table == training_scene.scene.table
    order = np.argsort(training_scene.scene.face_elements, kind="stable")
    assert np.array_equal(scene.triangles_m, training_scene.scene.triangles_m[order])
    assert np.array_equal(scene.face_elements, training_scene.scene.face_elements[order])
    assert {m.family for m in scene.table.materials} <= set(TextureFamily)


def test_the_glb_is_read_by_others(tmp_path: Path) -> None:
    import trimesh

    training_scene = scene_of(2)
    write(training_scene, tmp_path)
    loaded = trimesh.load_scene(tmp_path / "plain.glb")
    row = next(i for i, e in enumerate(training_scene.scene.table.elements) if e.name == "wall.south.1")
    mesh = loaded.geometry[loaded.graph[f"e{row:05d}"][1]]
    own = training_scene.scene.triangles_m[training_scene.scene.face_elements == row]
    assert np.asarray(mesh.triangles, dtype=np.float32) == pytest.approx(own, abs=1e-6)
    assert sum(len(g.faces) for g in loaded.geometry.values()) == len(training_scene.scene.faces)


@pytest.mark.parametrize("damage", ["missing", "text", "short"])
def test_a_broken_folder_is_refused(tmp_path: Path, damage: str) -> None:
    write(scene_of(2), tmp_path)
    if damage == "missing":
        (tmp_path / "plain.glb").unlink()
    else:
        broken = b"not a model" * 4 if damage == "text" else struct.pack("<III", 0x46546C67, 2, 12)
        (tmp_path / "plain.glb").write_bytes(broken)
    with pytest.raises(FileFormatError, match="not a training scene"):
        read_scene(tmp_path)


def test_scenes_are_written_once_and_whole(tmp_path: Path) -> None:
    main_scenes(tmp_path, range(1, 2))
    folders = sorted(p.name for p in (tmp_path / "scenes").iterdir())
    assert folders == ["000001"]
    kept = tmp_path / "scenes" / "000001" / "scene.json"
    before = kept.stat().st_mtime_ns
    main_scenes(tmp_path, range(1, 3))
    assert sorted(p.name for p in (tmp_path / "scenes").iterdir()) == ["000001", "000002"]
    assert kept.stat().st_mtime_ns == before
    assert read_scene(tmp_path / "scenes" / "000002")[1]["seed"] == 2
