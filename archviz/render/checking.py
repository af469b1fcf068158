"""What cannot be asked for: choices that are unknown, out of range, or have no meaning for an engine or an input."""

from __future__ import annotations

from collections.abc import Mapping

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.size import Size
from archviz.diffusion import EngineSpec, engine_specs
from archviz.geometry.views import VIEW_PRESETS
from archviz.presets import environment
from archviz.render.inputs import Source
from archviz.render.light import resolve_light
from archviz.render.request import DEFAULT_ENVIRONMENT, RenderRequest
from archviz.sketch import Drawing, certainly_a_plan, swings_of

__all__ = ["check_choices", "check_size", "check_source", "control_scales_of", "engine_spec", "steps_of"]

# What only a model has, and what a drawing or a text alone therefore cannot be asked for.
_MODEL_ONLY = ("view", "camera", "unit", "up", "hide", "show", "classes")
_SAID = {"classes": "class"}  # as the option is called


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
        check_size(size, spec)
    steps_of(request, spec)
    control_scales_of(request, spec)
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


def check_size(size: Size, spec: EngineSpec) -> None:
    """Refuse a size that the engine does not paint."""
    low, high = spec.size.smallest, spec.size.largest
    if not all(low <= side <= high for side in size.shape):
        raise OptionError(
            f"size {size} is not accepted by engine {spec.id}; give WIDTHxHEIGHT with sides from {low} to {high}"
        )


def steps_of(request: RenderRequest, spec: EngineSpec) -> int:
    """How many steps are asked for, or are the engine's own; refused where it does not take so many."""
    sampling = spec.few_step if request.few_step else spec.sampling
    if sampling is None:
        raise OptionError(f"engine {spec.id} has no few-step LoRA; leave few-step out")
    steps = sampling.steps if request.steps is None else request.steps
    if not 1 <= steps <= spec.most_steps:
        raise OptionError(f"steps {steps} is not accepted by engine {spec.id}; give 1 to {spec.most_steps}")
    return steps


def control_scales_of(request: RenderRequest, spec: EngineSpec) -> Mapping[str, float]:
    """How strong each control is asked to be; refused where the engine has no such control."""
    for name in request.control_scales:
        if name not in spec.controls:
            accepted = f"give one of {', '.join(spec.controls)}" if spec.controls else "it has none"
            raise OptionError(f"control {name!r} is not one of engine {spec.id}; {accepted}")
    return dict(request.control_scales)


def check_source(request: RenderRequest, source: Source) -> None:
    """Refuse what has no meaning for what the input turned out to be.

    Raises
    ------
    OptionError
        It is a drawing or a text, and the request asks for what only a model has, or the like.
    FileFormatError
        A drawing is a floor plan.
    """
    if source.kind != "model":
        _refuse_model_choices(request, source)
    else:
        _refuse_adjustments(request, "a 3D model")
    if source.drawing is not None and request.adjustments.shows == "auto":
        _refuse_plan(source.drawing, request)


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
