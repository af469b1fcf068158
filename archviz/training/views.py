"""Whether a building keeps its colours from view to view, and its lines from light to light.

Two readings of a colour's difference between two views. *Element*: the element's median colour in one
view against that in the other; which of its faces are seen and lit differs, in truth as well. *Surface*:
the same with one orientation and one state (in the sun, in its shadow) of the element at a time, which
in truth hardly differs.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack
from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import InternalError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.place import Place
from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.diffusion import Engine, load_engine
from archviz.fidelity import drift
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.light_transport import light
from archviz.presets import lightings
from archviz.render import Renderer, RenderRequest
from archviz.samples import sample_path
from archviz.training.asking import ask
from archviz.training.captions import caption, phrases_of
from archviz.training.dataset import Mix, draw_mixes, scene_phrases
from archviz.training.mix import mix
from archviz.training.path_trace import trace_scenes, view_path
from archviz.training.scenes import HOLDOUT_EVERY, generate, read_scene, write_new
from archviz.training.traced import load_traced

__all__ = ["LitView", "color_differences", "evaluate_views", "surface_colors"]

Picture = NDArray[np.uint8]
Reading = Literal["element", "surface"]
Colors = dict[tuple[Any, ...], NDArray[np.float32]]

SAMPLES = ("tube-house", "garden-villa", "gable-house", "school", "pavilion", "tower-massing")
SAMPLE_VIEWS = ("front-left", "front", "front-right", "aerial")
# One moment for all views, so that the sun stands still while the camera goes around.
_PLACE = Place(latitude_deg=16.46, longitude_deg=107.59, time_zone="Asia/Ho_Chi_Minh", name="Hue, VN")
_WHEN = datetime.fromisoformat("2025-03-21T09:00+07:00")
_OTHER_LIGHT = "overcast"
_VIEWS, _SAMPLES = 4, 5
_LEAST_PX = 60
# Glass mirrors what stands around: its colour changes from view to view by nature.
_OPAQUE = 0.5
_FULLY_LIT, _FULLY_SHADED = 0.9, 0.1


@dataclass(frozen=True, eq=False, kw_only=True)
class LitView:
    """One view of a scene under the light that all its views share.

    Parameters
    ----------
    gbuffer, light
        Its maps.
    pictures
        Engine, or ``truth`` -> (H, W, 3) uint8.
    drift_px
        Engine -> median displacement of the building's lines under another light [pixels].
    """

    gbuffer: GBuffer
    light: LightBuffer
    pictures: Mapping[str, Picture]
    drift_px: Mapping[str, float | None]


def surface_colors(picture: Picture, gbuffer: GBuffer, light: LightBuffer, *, reading: Reading) -> Colors:
    """Median colour of each opaque part of the building.

    Parameters
    ----------
    picture
        (H, W, 3) uint8 sRGB.
    gbuffer, light
        Its view.
    reading
        One colour an element, or one for each of its orientations in the sun and in shadow.

    Returns
    -------
    dict
        (element,) or (element, normal in quarters, lit) -> (3,) float32 CIE Lab; what covers fewer than
        60 pixels away from its borders is left out.
    """
    import cv2
    from scipy.ndimage import maximum_filter, minimum_filter

    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    opaque = gbuffer.material_values("transmission") <= _OPAQUE
    own = np.isin(gbuffer.parts(), [int(Part.BUILDING), int(Part.OPENING)]) & opaque
    columns = [gbuffer.elements.array[..., None]]
    if reading == "surface":
        visible, facing = light.sun_visible.array, light.sun_shading.array > 0
        lit = np.where(facing & (visible > _FULLY_LIT), 1, np.where(visible < _FULLY_SHADED, 0, -1))
        # A face turned from the sun is in shadow, whatever stands before it.
        lit = np.where(facing | (lit == 0), lit, 0)
        own &= lit >= 0
        columns += [np.round(gbuffer.normals.array * 4).astype(np.int32), lit[..., None]]
    keys = np.concatenate(columns, axis=-1).astype(np.int32)
    found, labels = np.unique(keys.reshape(-1, keys.shape[-1]), axis=0, return_inverse=True)
    labels = np.where(own, labels.reshape(own.shape), -1)
    inner = own & (minimum_filter(labels, 3) == labels) & (maximum_filter(labels, 3) == labels)
    colors: Colors = {}
    for row, count in zip(*np.unique(labels[inner], return_counts=True), strict=True):
        if count >= _LEAST_PX:
            name = gbuffer.table.elements[int(found[row][0])].name
            colors[(name, *map(int, found[row][1:]))] = np.median(lab[inner & (labels == row)], axis=0)
    return colors


def color_differences(colors: Sequence[Colors]) -> list[float]:
    """CIE 1976 difference of every part between every two views that both show it."""
    return [
        float(np.linalg.norm(one[key] - other[key]))
        for one, other in itertools.combinations(colors, 2)
        for key in one
        if key in other
    ]


def evaluate_views(
    cache: Path, folder: Path, *, scenes: int = 8, samples: int = 6, side: int = 384, threads: int = 1
) -> dict[str, Any]:
    """Compare views of one scene: samples from four cameras, and held-out scenes beside their path-traced truth.

    Writes ``views.json`` and ``views.md`` to ``<cache>/evaluation``.

    Parameters
    ----------
    cache
        Of all training data; this step's own scenes lie in ``<cache>/views`` and are traced where they are not yet.
    folder
        The engine's weights.
    scenes, samples
        How many of each, four views each.
    side
        Longer side of the samples' pictures [pixels].
    """
    engine = load_engine("mini", weights=folder, threads=threads)
    rows: dict[str, Any] = {}
    sampled = [_sample_views(engine, name, side) for name in SAMPLES[:samples]]
    rows |= _rows("samples", sampled, ("mini", "deferred colour"))
    traced = [_traced_views(cache / "views", engine, seed) for seed in _traced_scenes(cache, scenes, threads)]
    rows |= _rows("held-out scenes", traced, ("truth", "mini", "deferred colour"))
    target = cache / "evaluation"
    target.mkdir(parents=True, exist_ok=True)
    (target / "views.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (target / "views.md").write_text(_table(rows), encoding="utf-8")
    print(_table(rows))
    return rows


def _sample_views(engine: Engine, name: str, side: int) -> list[LitView]:
    """A sample from four cameras, under one sun and under clouds."""
    renderer = Renderer(load=lambda *args, **kwargs: engine)
    request = RenderRequest(
        input=sample_path(name),
        environment="park",
        place=_PLACE,
        when=_WHEN,
        size=Size(height=side * 3 // 4, width=side),
    )
    views = []
    for view in SAMPLE_VIEWS:
        pictures = [renderer.render(replace(request, view=view, lighting=one)) for one in ("morning", _OTHER_LIGHT)]
        gbuffer, lights = pictures[0].maps.gbuffer, [p.maps.light for p in pictures]
        assert gbuffer is not None and lights[0] is not None and lights[1] is not None  # a model has both
        found = {
            "mini": [p.image for p in pictures],
            "deferred colour": [_as_bytes(one) for one in lights if one is not None],
        }
        views.append(_lit_view(gbuffer, lights[0], found))
    print(f"views: {name}", flush=True)
    return views


def _traced_scenes(cache: Path, count: int, threads: int) -> list[int]:
    """Held-out seeds whose scene is traced from four cameras, traced now where it is not."""
    own = cache / "views"
    (own / "scenes").mkdir(parents=True, exist_ok=True)
    if not (own / "bpy-venv").exists():
        (own / "bpy-venv").symlink_to(cache / "bpy-venv")
    seeds: list[int] = []
    for seed in itertools.count(0, HOLDOUT_EVERY):
        if len(seeds) == count:
            break
        folder = own / "scenes" / f"{seed:06d}"
        if not folder.exists():
            try:
                write_new(generate(seed, views=_VIEWS), folder)
            except InternalError:
                continue
        failed = trace_scenes(own, seeds=[seed], samples=_SAMPLES, threads=threads).failed
        if not failed:
            seeds.append(seed)
    return seeds


def _traced_views(own: Path, engine: Engine, seed: int) -> list[LitView]:
    """A traced scene from its own cameras, under one sun and under one dull light."""
    scene, told = read_scene(own / "scenes" / f"{seed:06d}")
    caster = RayCaster(scene)
    views = []
    for number, entry in enumerate(told["cameras"]):
        traced = load_traced(view_path(own, seed, number))
        camera = Camera.from_json(entry["camera"]).resized(traced.size)
        gbuffer = rasterize(scene, camera, caster=caster)
        lights, pictures = [], {"truth": [], "mini": [], "deferred colour": []}  # type: ignore[var-annotated]
        for chosen in _day_and_dull(draw_mixes(traced.suns, lightings(), seed=seed)):
            lights.append(light(caster, gbuffer, chosen.illumination))
            pictures["truth"].append(mix(traced, chosen.illumination, camera, sun=chosen.sun, seed=seed))
            pictures["deferred colour"].append(_as_bytes(lights[-1]))
            spoken = {
                "phrases": scene_phrases(told),
                "mixes": [{"phrases": phrases_of(lightings()[chosen.lighting].prompt)}],
            }
            request = ask(
                engine.spec,
                prompt=caption(spoken, 0, derive_generator(seed, "views")),
                stack=control_stack(gbuffer, lights[-1], size=gbuffer.size),
                deferred=lights[-1].deferred,
                seed=seed * 16 + number,
            )
            pictures["mini"].append(engine.generate(request))
        views.append(_lit_view(gbuffer, lights[0], pictures))
    print(f"views: scene {seed}", flush=True)
    return views


def _day_and_dull(mixes: Sequence[Mix]) -> list[Mix]:
    """A light with a sun, and one without or else with another, both of the day: no lamp and no window shines."""
    day = [m for m in mixes if m.illumination.window_lit_share == 0 and not any(m.illumination.lamp_intensity)]
    sunny = [m for m in day if m.sun is not None and not lightings()[m.lighting].moon]
    others = [*(m for m in day if m.sun is None), *sunny[1:]]
    return [*sunny[:1], *others[:1]]


def _lit_view(gbuffer: GBuffer, under: LightBuffer, pictures: Mapping[str, Sequence[Picture]]) -> LitView:
    moved = {name: drift(p[0], p[1], gbuffer).median_px if len(p) > 1 else None for name, p in pictures.items()}
    first = {name: found[0] for name, found in pictures.items()}
    return LitView(gbuffer=gbuffer, light=under, pictures=first, drift_px=moved)


def _as_bytes(under: LightBuffer) -> Picture:
    return np.asarray(np.round(under.deferred.array * 255), dtype=np.uint8)


def _rows(what: str, scenes: Sequence[Sequence[LitView]], names: Sequence[str]) -> dict[str, Any]:
    """One row an engine: medians over everything compared, and how much that was."""
    rows: dict[str, Any] = {}
    for name in names if scenes else ():
        row: dict[str, Any] = {"scenes": len(scenes), "views": sum(map(len, scenes))}
        for reading in ("element", "surface"):
            found = [
                difference
                for views in scenes
                for difference in color_differences(
                    [surface_colors(v.pictures[name], v.gbuffer, v.light, reading=reading) for v in views]
                )
            ]
            row[reading] = {"median": _median(found), "compared": len(found)}
        moved = [view.drift_px[name] for views in scenes for view in views]
        row["drift_px"] = _median([value for value in moved if value is not None])
        rows[f"{what}: {name}"] = row
    return rows


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def _table(rows: Mapping[str, Any]) -> str:
    lines = [
        "| | scenes, views | element, median Lab difference | surface, median Lab difference"
        " | drift between lights, median px |",
        "|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        cells = [f"{row['scenes']}, {row['views']}"]
        cells += [f"{_said(row[r]['median'])} of {row[r]['compared']}" for r in ("element", "surface")]
        lines.append(f"| {name} | {' | '.join(cells)} | {_said(row['drift_px'])} |")
    return "\n".join(lines) + "\n"


def _said(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
