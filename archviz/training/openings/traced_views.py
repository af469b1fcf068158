"""Path-traced pictures of the data set judged against a model whose windows stand one bay beside.

The picture's geometry and the model's differ by those windows as they do where a window was moved and
the scene rendered again; here the picture is the one that is there, and the model is what moved. So
each traced scene gives removed windows, in full surroundings, without another path tracing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import LightMap
from archviz.core.openings import Opening
from archviz.core.seeds import derive_generator
from archviz.diffusion import Engine
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.openings import label_openings
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport import light
from archviz.training.dataset import LitView, Mix, view_mixes
from archviz.training.mix import mix
from archviz.training.openings.damage import Damage, apply_damage, find_slide, find_wall
from archviz.training.openings.pictures import daylight_mixes, imagine
from archviz.training.openings.scenes import is_seen
from archviz.training.path_trace import view_path
from archviz.training.scenes import read_scene
from archviz.training.traced import load_traced

__all__ = ["imagine_traced", "move_in_model", "prepare_traced", "read_moved_model"]

_MOVED_SHARE = 0.5


def move_in_model(scene: Scene, camera: Camera, seed: int) -> tuple[Scene, tuple[Opening, ...], dict[str, str]]:
    """The model with half of the windows moved along their walls that a view shows and that can be moved.

    Returns
    -------
    scene, openings, damage
        The changed model, its openings, and the names of those that the picture has not where they are now.
    """
    openings, labels = label_openings(scene)
    eye = np.asarray(camera.position_m)
    openings = tuple(opening.towards(eye) for opening in openings)
    caster = RayCaster(scene)
    seen = [row for row, opening in enumerate(openings) if is_seen(caster, labels, row, opening, camera)]
    damages: list[Damage] = []
    places: list[NDArray[np.float64]] = []
    for row in derive_generator(seed, "openings", "model").permutation(seen):
        if len(damages) >= _MOVED_SHARE * len(seen):
            break
        own = openings[int(row)]
        wall = find_wall(caster, own)
        slide = None if wall is None else find_slide(caster, openings, int(row), wall)
        if wall is None or slide is None:
            continue
        wide = float(np.linalg.norm(own.right_m))
        place = own.corners_m.mean(0) + own.right_m / wide * slide
        if all(np.linalg.norm(place - other) > 1.5 * wide for other in places):
            places.append(place)
            damages.append(Damage(row=int(row), wall=wall, slide_m=slide))
    moved = {openings[d.row].name: "moved" for d in damages}
    changed = apply_damage(scene, openings, labels, damages)
    return changed, label_openings(changed)[0], moved


def prepare_traced(cache: Path, seed: int, view: int) -> dict[str, NDArray[Any]] | None:
    """Pictures of a traced view and what the changed model expects; ``None`` where it is not traced or none moves."""
    traced = view_path(cache, seed, view)
    if not traced.exists():
        return None
    scene, record = read_scene(cache / "scenes" / f"{seed:06d}")
    camera = Camera.from_json(record["cameras"][view]["camera"])
    changed, _, moved = move_in_model(scene, camera, seed * 16 + view)
    if not moved:
        return None
    lights = daylight_mixes(view_mixes(record, view))
    groups = load_traced(traced)
    pictures = [mix(groups, m.illumination, camera, sun=m.sun, seed=seed + i) for i, m in enumerate(lights)]
    damage = np.frombuffer(json.dumps(moved).encode("utf-8"), dtype=np.uint8)
    return {"pictures": np.stack(pictures), "references": _references(changed, camera, lights), "damage": damage}


def imagine_traced(cache: Path, seed: int, view: int, engine: Engine) -> dict[str, NDArray[Any]] | None:
    """The engine's picture of such a view, given the unchanged scene's maps; ``None`` where none moves."""
    scene, record = read_scene(cache / "scenes" / f"{seed:06d}")
    camera = Camera.from_json(record["cameras"][view]["camera"])
    changed, _, moved = move_in_model(scene, camera, seed * 16 + view)
    if not moved:
        return None
    chosen = daylight_mixes(view_mixes(record, view))[:1]
    picture = imagine(engine, LitView(scene, record, camera), chosen[0], seed=seed)
    return {"pictures": picture[None], "references": _references(changed, camera, chosen)}


def _references(scene: Scene, camera: Camera, lights: Sequence[Mix]) -> NDArray[np.uint8]:
    """(m, H, W, 3) deferred colour under each light."""
    caster = RayCaster(scene)
    gbuffer = rasterize(scene, camera, caster=caster)
    # Contact shadows are a few per cent of a reference and most of its cost.
    open_sky = LightMap(gbuffer.hit.astype(np.float32))
    shown = [light(caster, gbuffer, m.illumination, occlusion=open_sky).deferred.array for m in lights]
    return np.round(np.stack(shown) * 255).astype(np.uint8)


def read_moved_model(
    cache: Path, seed: int, view: int
) -> tuple[GBuffer, tuple[Opening, ...], dict[str, str], list[Mix]]:
    """The changed model's view and its lights, as :func:`prepare_traced` had them."""
    scene, record = read_scene(cache / "scenes" / f"{seed:06d}")
    camera = Camera.from_json(record["cameras"][view]["camera"])
    changed, openings, moved = move_in_model(scene, camera, seed * 16 + view)
    return rasterize(changed, camera), openings, moved, daylight_mixes(view_mixes(record, view))
