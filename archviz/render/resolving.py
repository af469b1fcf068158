"""From a request with open choices to one with none."""

from __future__ import annotations

import json
from pathlib import Path

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.seeds import derive_seed
from archviz.core.size import Size
from archviz.diffusion import EngineSpec
from archviz.geometry.views import view_camera
from archviz.presets import environment
from archviz.prompt import Brief, Vocabulary, write_prompt
from archviz.render.checking import check_size, check_source, control_scales_of, engine_spec, steps_of
from archviz.render.inputs import Source
from archviz.render.light import resolve_light
from archviz.render.material_choices import choose_materials, read_choices
from archviz.render.materials import unread_note
from archviz.render.relief import drawing_notes, lift_drawing
from archviz.render.relief_table import RELIEF_TABLE
from archviz.render.request import (
    DEFAULT_ENGINE,
    DEFAULT_ENVIRONMENT,
    DEFAULT_SIZE,
    DEFAULT_VIEW,
    RenderRequest,
    ResolvedRequest,
    SurroundingsMode,
)
from archviz.render.stage import environment_camera
from archviz.render.words import choose_by_words

__all__ = ["engine_vocabulary", "resolve_source"]

_WEIGHTS = Path(__file__).parents[1] / "weights"


def resolve_source(request: RenderRequest, source: Source) -> ResolvedRequest:
    """Close every open choice.

    Parameters
    ----------
    request
        What is wanted.
    source
        Its input, read.

    Raises
    ------
    InputError
        A choice is unknown, out of range, or contradicts another.
    """
    spec = engine_spec(request.engine)
    words = choose_by_words(request)
    request = words.request
    setting = environment(request.environment or DEFAULT_ENVIRONMENT)
    check_source(request, source)
    size = _size(request, source, spec)
    model = source.model
    relief = lift_drawing(source.drawing, size) if source.drawing is not None else None
    camera = _camera(request, source, size) if relief is None else relief.camera.resized(size)
    read_from = model or source.drawing
    assumptions = [_without_folder(text, request.input) for text in (read_from.assumptions if read_from else ())]
    warnings = [_without_folder(text, request.input) for text in (read_from.warnings if read_from else ())]
    assumptions.extend(words.assumptions)
    place, north_deg = request.place, request.north_deg
    if model is not None and place is None and model.place is not None:
        place = model.place
        assumptions.append(f"place {place.latitude_deg:.4f},{place.longitude_deg:.4f} as the file says")
    if model is not None and north_deg is None and place is not None and model.north_deg:
        north_deg = model.north_deg
        assumptions.append(f"north at {north_deg:g} degrees as the file says")
    light = resolve_light(preset=request.lighting, place=place, when=request.when, north_deg=north_deg, camera=camera)
    if camera is None and light.sun is not None:
        warnings.append("without a 3D model the sun's direction cannot be drawn; place and moment choose the lighting")
    if source.drawing is not None:
        notes, faults = drawing_notes(source.drawing, size, relief)
        assumptions.extend(notes)
        warnings.extend(faults)
    warnings.extend(words.warnings(environment=setting.id, lighting=light.lighting.id))
    if camera is not None or light.sun is not None:
        assumptions.extend(light.assumptions)
    table = model.scene.table if model is not None else None if relief is None else RELIEF_TABLE
    materials, proposed = choose_materials(request.materials, table)
    assumptions.extend(proposed)
    read, unread = read_choices(materials, table)
    prompt = write_prompt(
        Brief(
            environment=setting.prompt,
            lighting=light.lighting.prompt,
            materials={text: text for text in materials.values()},
            free_text=request.prompt,
        ),
        engine_vocabulary(spec, request.weights),
    )
    # What chose a preset was understood, whether or not the engine was taught the word.
    heard_anew = [phrase for phrase in words.chosen if set(phrase.split()) & set(prompt.ignored)]
    understood = dict.fromkeys([*prompt.understood, *heard_anew, *read])
    # A word that the maps show was not ignored, though the prompt has no use for it; nor the other way round.
    heard = {word for phrase in understood for word in phrase.split()}
    warnings.extend(unread_note(element, word) for word, element in unread.items() if word not in heard)
    return ResolvedRequest(
        input=request.input,
        weights=request.weights,
        input_kind=source.kind,
        input_sha256=source.sha256,
        scene_sha256=source.scene_sha256,
        unit=request.unit,
        up=request.up,
        hide=request.hide,
        show=request.show,
        classes=request.classes,
        adjustments=request.adjustments,
        engine=spec.id,
        few_step=request.few_step,
        environment=setting.id,
        lighting=light.lighting.id,
        view=None if source.kind != "model" or request.camera is not None else request.view or DEFAULT_VIEW,
        camera=camera,
        size=size,
        place=place,
        when=light.when,
        north_deg=north_deg or 0.0,
        sun=light.sun,
        illumination=light.illumination,
        surroundings=_surroundings(request, camera),
        materials=materials,
        prompt=prompt.text,
        prompt_understood=tuple(understood),
        prompt_ignored=tuple(w for w in dict.fromkeys([*prompt.ignored, *unread]) if w not in heard),
        seed=request.seed,
        noise_seed=derive_seed(request.seed, "noise", _view_label(request, source, camera)),
        steps=steps_of(request, spec),
        geometry=request.geometry,
        control_scales=control_scales_of(request, spec),
        device=request.device,
        author=request.author,
        assumptions=tuple(dict.fromkeys(assumptions)),
        warnings=tuple(dict.fromkeys((*warnings, *light.warnings))),
        min_fidelity=request.min_fidelity,
        start_strength=_start_strength(request, spec, camera),
    )


def _start_strength(request: RenderRequest, spec: EngineSpec, camera: Camera | None) -> float:
    if spec.start is None:
        return 1.0
    if camera is None and spec.program is not None:
        raise OptionError(
            f"engine {spec.id} traces a 3D scene, and here is none; give a model, or built surroundings,"
            f" or engine {DEFAULT_ENGINE}"
        )
    if camera is None:
        return 1.0
    strength = spec.start.strengths[request.geometry]
    if spec.start.finish == "deferred" and request.surroundings == "imagined":
        # Of the surroundings the deferred colour has the ground and the sky alone; the rest must find room beside them.
        return max(strength, spec.start.strengths["balanced"])
    return strength


def _size(request: RenderRequest, source: Source, spec: EngineSpec) -> Size:
    size = request.size or (request.camera.size if request.camera else None)
    if size is None and source.drawing is not None:
        height, width = source.drawing.array.shape[:2]
        longer = DEFAULT_SIZE.longer
        scaled = [max(spec.size.smallest, side * longer // max(height, width)) for side in (height, width)]
        size = Size(height=scaled[0], width=scaled[1]).rounded_to(8)
    size = size or DEFAULT_SIZE
    check_size(size, spec)
    return size


def _camera(request: RenderRequest, source: Source, size: Size) -> Camera | None:
    if source.model is None and (source.kind != "text" or request.surroundings == "imagined"):
        return None
    if request.camera is not None:
        return request.camera.resized(size)
    if source.model is None:
        return environment_camera(request.environment or DEFAULT_ENVIRONMENT, seed=request.seed, size=size)
    return view_camera(source.model.scene, request.view or DEFAULT_VIEW, size)


def _surroundings(request: RenderRequest, camera: Camera | None) -> SurroundingsMode:
    if camera is None:
        return "imagined"
    return request.surroundings or "geometry"


def _view_label(request: RenderRequest, source: Source, camera: Camera | None) -> str:
    """Names the view in the noise seed; the size stays out, noise of another size differs anyway."""
    if source.kind != "model" and request.camera is None:
        return source.kind
    if camera is None or request.camera is None:
        return request.view or DEFAULT_VIEW
    return json.dumps({k: v for k, v in camera.to_json().items() if k != "size"}, sort_keys=True)


def _without_folder(text: str, path: Path | None) -> str:
    """A recipe holds no path of this machine."""
    return text if path is None else text.replace(str(path), path.name)


def engine_vocabulary(spec: EngineSpec, weights: Path | None) -> Vocabulary | None:
    """The phrases an engine was taught; ``None`` for one with a general text encoder."""
    if spec.program is not None:
        return Vocabulary({})
    packaged = next((c.packaged for c in spec.checkpoints if c.packaged), None)
    if packaged is None:
        return None
    path = (weights or _WEIGHTS / packaged) / "vocabulary.json"
    return Vocabulary(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
