"""From a request with open choices to one with none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from archviz.core.camera import Camera
from archviz.core.errors import FileFormatError, OptionError
from archviz.core.seeds import derive_seed
from archviz.core.size import Size
from archviz.diffusion import EngineSpec, engine_specs
from archviz.geometry.views import VIEW_PRESETS, view_camera
from archviz.presets import environment
from archviz.prompt import Brief, Vocabulary, write_prompt
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
from archviz.sketch import Drawing, certainly_a_plan, swings_of

__all__ = ["check_choices", "engine_spec", "engine_vocabulary", "resolve_source"]

# What only a model has, and what a drawing or a text alone therefore cannot be asked for.
_MODEL_ONLY = ("view", "camera", "unit", "up", "hide", "show", "classes")
_SAID = {"classes": "class"}  # as the option is called
_WEIGHTS = Path(__file__).parents[1] / "weights"


def engine_spec(engine: str) -> EngineSpec:
    """The engine of an id.

    Raises
    ------
    OptionError
        There is no such engine.
    """
    specs = engine_specs()
    if engine not in specs:
        raise OptionError(f"engine {engine!r} does not exist; give one of {', '.join(specs)}")
    return specs[engine]


def check_choices(request: RenderRequest) -> None:
    """Refuse what can be refused before the input is read.

    Raises
    ------
    OptionError
        A choice is unknown, out of range or contradicts another, whatever the input holds.
    """
    spec = engine_spec(request.engine)
    environment(request.environment or DEFAULT_ENVIRONMENT)
    if request.view is not None and request.view not in VIEW_PRESETS:
        raise OptionError(f"view {request.view!r} does not exist; give one of {', '.join(VIEW_PRESETS)}")
    if (size := request.size or (request.camera.size if request.camera else None)) is not None:
        _check_size(size, spec)
    _steps(request, spec)
    _control_scales(request, spec)
    if request.input is None:
        _refuse_min_fidelity(request)
    _refuse_engine_choices(request, spec)
    if request.place is not None or request.when is None or request.input is None:
        # A model may still bring the place that a moment needs.
        resolve_light(
            preset=request.lighting,
            place=request.place,
            when=request.when,
            north_deg=request.north_deg,
            camera=None,
        )


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
    if source.kind != "model":
        _refuse_model_choices(request, source)
    else:
        _refuse_adjustments(request, "a 3D model")
    if source.drawing is not None and request.adjustments.shows == "auto":
        _refuse_plan(source.drawing, request)
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
        steps=_steps(request, spec),
        geometry=request.geometry,
        control_scales=_control_scales(request, spec),
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
    if spec.start.finish == "deferred" and request.surroundings == "imagined":
        # What is to be imagined is not in the deferred colour: it can only come from noise.
        return 1.0
    return spec.start.strengths[request.geometry] if camera is not None else 1.0


def _refuse_engine_choices(request: RenderRequest, spec: EngineSpec) -> None:
    """Refuse what an engine without weights has no use for."""
    if spec.program is None:
        return
    if request.geometry != "strict":
        raise OptionError(f"geometry {request.geometry!r}: engine {spec.id} keeps all geometry; leave geometry out")
    if request.weights is not None:
        raise OptionError(f"weights {request.weights}: engine {spec.id} has none; leave weights out")


def _refuse_model_choices(request: RenderRequest, source: Source) -> None:
    if source.kind == "text":
        _refuse_adjustments(request, "a text alone")
    what = "a drawing" if source.kind == "sketch" else "a text alone"
    # Built surroundings are seen by a camera, with a building or without.
    seen = source.kind == "text" and request.surroundings != "imagined"
    if source.kind == "text":
        _refuse_min_fidelity(request)
    for name in _MODEL_ONLY:
        if getattr(request, name) and not (seen and name == "camera"):
            said = _SAID.get(name, name)
            raise OptionError(f"{said} has no meaning for {what}; give a 3D model or leave {said} out")
    accepted = ("geometry", "imagined") if source.kind == "text" else ("geometry", "imagined", "none")
    if request.surroundings not in (None, *accepted):
        raise OptionError(
            f"surroundings {request.surroundings!r} needs a building; for {what} give {' or '.join(accepted)},"
            " or leave it out"
        )
    if source.kind == "text" and request.materials:
        raise OptionError("material needs elements of a model; without an input write materials into the prompt")


def _refuse_adjustments(request: RenderRequest, what: str) -> None:
    if given := request.adjustments.to_json():
        raise OptionError(f"{', '.join(given)} has no meaning for {what}; give a drawing or leave it out")


def _refuse_plan(drawing: Drawing, request: RenderRequest) -> None:
    if certainly_a_plan(drawing):
        name, count = request.input.name if request.input is not None else "the drawing", len(swings_of(drawing))
        raise FileFormatError(
            f"{name}: a floor plan, with the swings of {count} doors: it shows no building from outside; give an"
            " elevation, a perspective or the 3D model (--shows view draws it all the same)"
        )


def _refuse_min_fidelity(request: RenderRequest) -> None:
    if request.min_fidelity is not None:
        raise OptionError(
            f"min-fidelity {request.min_fidelity:g} has no meaning for a text alone: a picture is scored against a"
            " 3D model or a drawing; give one, or leave min-fidelity out"
        )


def _size(request: RenderRequest, source: Source, spec: EngineSpec) -> Size:
    size = request.size or (request.camera.size if request.camera else None)
    if size is None and source.drawing is not None:
        height, width = source.drawing.array.shape[:2]
        longer = DEFAULT_SIZE.longer
        scaled = [max(spec.size.smallest, side * longer // max(height, width)) for side in (height, width)]
        size = Size(height=scaled[0], width=scaled[1]).rounded_to(8)
    size = size or DEFAULT_SIZE
    _check_size(size, spec)
    return size


def _check_size(size: Size, spec: EngineSpec) -> None:
    low, high = spec.size.smallest, spec.size.largest
    if not all(low <= side <= high for side in size.shape):
        raise OptionError(
            f"size {size} is not accepted by engine {spec.id}; give WIDTHxHEIGHT with sides from {low} to {high}"
        )


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


def _steps(request: RenderRequest, spec: EngineSpec) -> int:
    sampling = spec.few_step if request.few_step else spec.sampling
    if sampling is None:
        raise OptionError(f"engine {spec.id} has no few-step LoRA; leave few-step out")
    steps = sampling.steps if request.steps is None else request.steps
    if not 1 <= steps <= spec.most_steps:
        raise OptionError(f"steps {steps} is not accepted by engine {spec.id}; give 1 to {spec.most_steps}")
    return steps


def _control_scales(request: RenderRequest, spec: EngineSpec) -> Mapping[str, float]:
    for name in request.control_scales:
        if name not in spec.controls:
            accepted = f"give one of {', '.join(spec.controls)}" if spec.controls else "it has none"
            raise OptionError(f"control {name!r} is not one of engine {spec.id}; {accepted}")
    return dict(request.control_scales)


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
