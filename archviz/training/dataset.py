"""From traced views to training pairs: many lights mixed from one tracing, and the maps of each."""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack
from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination, LightBuffer
from archviz.core.maps import ColorMap
from archviz.core.place import SunDirection
from archviz.core.seeds import derive_generator
from archviz.geometry.coverage import Coverage, trace_coverage
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.greenery import with_greenery
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from archviz.light_transport import ambient_occlusion, light, sun_visibility
from archviz.light_transport.bounce import trace_bounce
from archviz.light_transport.surface import surface_of
from archviz.lighting.daylight import Weather, daylight
from archviz.presets import EnvironmentPreset, LightingPreset, environment, environments, lightings
from archviz.training.captions import BUILDING_PHRASES, phrases_of, vocabulary
from archviz.training.mix import MIX_VERSION, mix
from archviz.training.networks import train_tokenizer
from archviz.training.pairs import split_stack
from archviz.training.path_trace import view_path
from archviz.training.scenes import MATERIAL_PHRASES, read_scene
from archviz.training.traced import TracedView, load_traced

__all__ = [
    "LitView",
    "Mix",
    "draw_mixes",
    "drop_older_pairs",
    "pair_mixes",
    "prepare_pairs",
    "view_mixes",
    "write_texts",
]

# Which of a view's two suns (low, high) may stand for a preset's, by the preset's sun altitude.
_LOW_SUN_DEG = 25.0
_MIXES = 8
# Lights that a held-out view is judged under, of those whose sun shines and of the others alike.
_JUDGED_OF_EACH = 2


def _is_sunny(preset: LightingPreset) -> bool:
    return preset.sun_altitude_deg > 0 and preset.cloud_cover < 0.5 and not preset.moon


@dataclass(frozen=True, kw_only=True)
class Mix:
    """One light of one view.

    Parameters
    ----------
    lighting
        The preset it was drawn from.
    sun
        Row of the traced suns; ``None`` where none shines.
    illumination
        With the traced sun's direction and the preset's colours, both a little varied.
    sky_seed
        Of its clouds: those of the picture stand in the maps, as a request's do.
    """

    lighting: str
    sun: int | None
    illumination: Illumination
    sky_seed: int


def draw_mixes(suns: Sequence[SunDirection], presets: Mapping[str, LightingPreset], *, seed: int) -> list[Mix]:
    """Eight lights for one view: every second one in full sun, each preset about equally often.

    The colours are those of the preset's sun altitude, so that a traced sun at 12 degrees may
    stand for the golden hour; direction and shadows are the traced sun's.
    """
    generator = derive_generator(seed, "mixes")
    sunny = [i for i, p in presets.items() if _is_sunny(p)]
    dull = [i for i in presets if i not in sunny]
    chosen = [*generator.permutation(sunny)[: _MIXES // 2], *generator.permutation(dull)[: _MIXES // 2]]
    chosen += list(generator.choice(sunny, _MIXES - len(chosen)))
    low, high = sorted(range(len(suns)), key=lambda i: suns[i].altitude_deg)[:: max(1, len(suns) - 1)][:2]
    mixes = []
    for number, name in enumerate(map(str, chosen)):
        sky_seed = seed * _MIXES + number
        preset = presets[name]
        altitude = preset.sun_altitude_deg + generator.uniform(-1, 1) * min(4.0, abs(preset.sun_altitude_deg) / 3)
        row = low if altitude < _LOW_SUN_DEG and not preset.moon else high
        weather = Weather(
            haze=float(np.clip(preset.haze + generator.uniform(-0.08, 0.15), 0, 1)),
            cloud_cover=float(np.clip(preset.cloud_cover + generator.uniform(-0.1, 0.15), 0, 1)),
            wetness=preset.wetness,
            lamps=preset.lamps,
            window_lit_share=preset.window_lit_share,
            exposure_ev=preset.exposure_ev + float(generator.normal(0, 0.12)),
            moon=preset.moon,
        )
        colors = SunDirection(altitude_deg=float(np.clip(altitude, -90, 90)), azimuth_deg=suns[row].azimuth_deg)
        illumination = daylight(colors, weather)
        if illumination.sun is None:
            mixes.append(Mix(lighting=name, sun=None, illumination=illumination, sky_seed=sky_seed))
        else:
            turned = replace(illumination, sun=suns[row])
            mixes.append(Mix(lighting=name, sun=row, illumination=turned, sky_seed=sky_seed))
    return mixes


class LitView:
    """One version of a scene in one view, with what all lights share.

    Parameters
    ----------
    scene, record
        Of a scene folder.
    camera
        The view.
    """

    def __init__(self, scene: Scene, record: Mapping[str, Any], camera: Camera) -> None:
        scene = with_greenery(scene, camera)
        self._caster = RayCaster(scene)
        self.gbuffer: GBuffer = rasterize(scene, camera, caster=self._caster)
        self._occlusion = ambient_occlusion(self._caster, self.gbuffer)
        self._bounce = trace_bounce(self._caster, surface_of(self.gbuffer))
        self._visible = [sun_visibility(self._caster, self.gbuffer, sun) for sun in _suns(record)]
        self._lamps_m = np.array(record["lamps_m"], dtype=np.float32).reshape(-1, 3)
        lit = {pane["element"] for pane in record["panes"] if pane["lit"]}
        self._lit_faces = np.array([e.name in lit for e in scene.table.elements])[scene.face_elements]

    def light(self, chosen: Mix) -> LightBuffer:
        """The light of one mix."""
        return light(
            self._caster,
            self.gbuffer,
            chosen.illumination,
            lamps_m=self._lamps_m,
            lit_faces=self._lit_faces if chosen.illumination.window_lit_share > 0 else None,
            sun_visible=None if chosen.sun is None else self._visible[chosen.sun],
            occlusion=self._occlusion,
            bounce=self._bounce,
            sky_seed=chosen.sky_seed,
        )

    @functools.cached_property
    def coverage(self) -> Coverage:
        """Where the view's outlines cross its pixels."""
        return trace_coverage(self.gbuffer, self._caster)

    def clay(self, chosen: Mix, *, passes: int, seed: int, threads: int) -> ColorMap:
        """The lit clay picture of one mix, as the engine `clay` makes it."""
        from archviz.light_transport.clay import choose_variant, trace_clay

        return trace_clay(
            self._caster,
            self.gbuffer,
            chosen.illumination,
            lamps_m=self._lamps_m,
            lit_faces=self._lit_faces if chosen.illumination.window_lit_share > 0 else None,
            passes=passes,
            seed=seed,
            variant=choose_variant("cpu"),
            threads=threads,
            sky_seed=chosen.sky_seed,
        )


def _suns(record: Mapping[str, Any]) -> list[SunDirection]:
    return [SunDirection(**sun) for sun in record["suns"]]


def view_mixes(record: Mapping[str, Any], view: int) -> list[Mix]:
    """The lights of one view, the same whenever they are drawn."""
    return draw_mixes(_suns(record), lightings(), seed=int(record["seed"]) * 16 + view)


def pair_mixes(record: Mapping[str, Any], view: int) -> list[Mix]:
    """The lights that a view's pair shows: all to learn from; to be judged under, two in the sun and two others."""
    mixes = view_mixes(record, view)
    if record["split"] != "holdout":
        return mixes
    presets = lightings()
    sunlit, others = ([m for m in mixes if _is_sunny(presets[m.lighting]) == sunny] for sunny in (True, False))
    return [*sunlit[:_JUDGED_OF_EACH], *others[:_JUDGED_OF_EACH]]


def prepare_pairs(cache: Path, *, limit: int | None = None) -> int:
    """Make the pairs of every traced view that has none yet; returns how many were made."""
    made = 0
    for traced_path in sorted((cache / "traced").glob("*/*.npz")):
        folder = cache / "pairs" / f"{traced_path.parent.name}-{traced_path.stem}"
        if folder.exists() or (limit is not None and made >= limit):
            continue
        scene, record = read_scene(cache / "scenes" / traced_path.parent.name)
        beside = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _write_view(beside, scene, record, int(traced_path.stem), load_traced(traced_path))
        beside.rename(folder)
        made += 1
        print(f"pairs: {folder.name}", flush=True)
    return made


def drop_older_pairs(cache: Path) -> int:
    """Delete the pairs that were mixed otherwise than now, for :func:`prepare_pairs` to make anew; returns how many.

    Nothing of them stays: the maps show the same lights as the pictures. A pair whose scene or traced view is gone
    is kept as it is.
    """
    dropped = 0
    for path in sorted((cache / "pairs").glob("*/record.json")):
        pair = json.loads(path.read_text(encoding="utf-8"))
        traced_path, scene_folder = view_path(cache, pair["seed"], pair["view"]), cache / "scenes"
        there = traced_path.is_file() and (scene_folder / f"{pair['seed']:06d}").is_dir()
        if there and pair.get("mix_version", 1) < MIX_VERSION:
            shutil.rmtree(path.parent)
            dropped += 1
    return dropped


def _pictures(traced: TracedView, record: Mapping[str, Any], view: int) -> NDArray[np.uint8]:
    """(M, H, W, 3): the view under each of its lights."""
    camera = Camera.from_json(record["cameras"][view]["camera"])
    mixes = pair_mixes(record, view)
    return np.stack([mix(traced, m.illumination, camera, sun=m.sun, seed=m.sky_seed) for m in mixes])


def _write_view(folder: Path, scene: Scene, record: dict[str, Any], view: int, traced: TracedView) -> None:
    seed = int(record["seed"])
    camera = Camera.from_json(record["cameras"][view]["camera"])
    mixes = pair_mixes(record, view)
    np.save(folder / "pictures.npy", _pictures(traced, record, view))
    for kind, version in (("complete", scene), ("building", scene.without(Part.SURROUNDINGS))):
        shared = LitView(version, record, camera)
        stacks = [split_stack(control_stack(shared.gbuffer, shared.light(m), size=camera.size)) for m in mixes]
        np.save(folder / f"{kind}-fixed.npy", stacks[0][0])
        np.save(folder / f"{kind}-light.npy", np.stack([stack[1] for stack in stacks]))
    presets = lightings()
    pair = {
        "split": record["split"],
        "seed": seed,
        "view": view,
        "traced_version": traced.version,
        "mix_version": MIX_VERSION,
        "environment": record["environment"],
        "building": record["building"],
        "phrases": scene_phrases(record),
        "mixes": [
            {"lighting": m.lighting, "sun": m.sun, "phrases": phrases_of(presets[m.lighting].prompt)} for m in mixes
        ],
    }
    (folder / "record.json").write_text(json.dumps(pair), encoding="utf-8")


def scene_phrases(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """The phrases of a scene's caption: its building, its materials and its environment."""
    kind = record["building"]["kind"]
    materials = [str(m) for m in record["caption"].get("materials", [])]
    return {
        "building": [BUILDING_PHRASES.get(kind, kind), *materials],
        "environment": phrases_of(environment(record["environment"]).prompt),
    }


def write_texts(cache: Path) -> None:
    """Write ``tokenizer/`` and ``vocabulary.json`` once: every phrase that any training picture may carry.

    They follow from presets and generator alone, so that more scenes change nothing in them.
    """
    if (cache / "tokenizer" / "vocab.json").exists():
        return
    presets: list[EnvironmentPreset | LightingPreset] = [*environments().values(), *lightings().values()]
    phrases = [phrases_of(preset.prompt) for preset in presets]
    phrases += [list(BUILDING_PHRASES.values()), list(MATERIAL_PHRASES)]
    names = {
        name: phrases_of(preset.prompt)[0] for preset in presets for name in (preset.id, preset.name_en, preset.name_vi)
    }
    words = vocabulary(phrases, names)
    train_tokenizer([", ".join(group) for group in phrases for _ in range(8)], cache / "tokenizer")
    text = json.dumps(dict(words.terms), ensure_ascii=False, indent=1)
    (cache / "vocabulary.json").write_text(text + "\n", encoding="utf-8")
