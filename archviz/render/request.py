"""What is asked for: :class:`RenderRequest` has open fields, :class:`ResolvedRequest` has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from archviz.core.camera import Camera
from archviz.core.elements import ElementClass, check_class
from archviz.core.errors import OptionError
from archviz.core.illumination import Illumination
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.render.region import Region, ResolvedRegion
from archviz.sketch.adjustments import Adjustments

__all__ = [
    "DEFAULT_ENGINE",
    "DEFAULT_ENVIRONMENT",
    "DEFAULT_LIGHTING",
    "DEFAULT_SIZE",
    "DEFAULT_VIEW",
    "STRENGTHS",
    "GeometryFreedom",
    "InputKind",
    "RenderRequest",
    "ResolvedRequest",
    "SurroundingsMode",
    "Try",
]

GeometryFreedom = Literal["strict", "balanced", "free"]
SurroundingsMode = Literal["geometry", "imagined", "none"]
InputKind = Literal["model", "sketch", "text"]

DEFAULT_ENGINE = "mini"
DEFAULT_ENVIRONMENT = "park"
DEFAULT_LIGHTING = "morning"
DEFAULT_VIEW = "front-left"
DEFAULT_SIZE = Size(height=512, width=768)
# What a draughtsman calls the three, from holding to the drawing to taking it for an idea.
STRENGTHS: Mapping[str, GeometryFreedom] = MappingProxyType(
    {"as-drawn": "strict", "balanced": "balanced", "free": "free"}
)
_SEED_LIMIT = 2**53  # what JSON readers keep exactly
_SCALE_LIMIT = 2.0


def _check_choice(option: str, value: str | None, choices: object) -> None:
    accepted = get_args(choices)
    if value is not None and value not in accepted:
        raise OptionError(f"{option} {value!r} is not accepted; give one of {', '.join(accepted)}")


@dataclass(frozen=True, kw_only=True)
class Try:
    """Settings that a picture was rendered with, and how well it kept the building.

    Parameters
    ----------
    control_scales, geometry, steps
        As in :class:`RenderRequest`.
    edge_recall
        The building's edge evidence, 1 for all lines, 0 for no better than chance; ``None`` where
        the light shows too few lines to judge it.
    """

    control_scales: Mapping[str, float]
    geometry: GeometryFreedom
    steps: int
    edge_recall: float | None


@dataclass(frozen=True, kw_only=True)
class RenderRequest:
    """A picture that is wanted; ``None`` leaves a choice open.

    Parameters
    ----------
    input
        A 3D model or a drawing, told apart by content; ``None`` shows the environment that the text
        names, without a building.
    engine
        Engine id.
    environment, lighting, view
        Preset ids; words of the prompt may choose an open environment or lighting.
    camera
        A camera in place of ``view``; without an input, in metres around the empty plot's middle.
    place, when, north_deg
        Where the building stands, the moment, and the azimuth of true north in the model, clockwise
        from its +Y axis [degrees]. A ``when`` without an offset is the place's own time.
    materials
        Element (a name, or a pattern with ``*``) -> material in words.
    prompt
        The user's own words, English or Vietnamese.
    size
        Picture size; the engine's limits hold.
    seed
        Decides surroundings, lit windows, textures and the starting noise.
    steps
        Diffusion steps.
    geometry
        How closely the picture keeps to the maps.
    control_scales
        Control -> weight, 0 to 2; names are the engine's.
    min_fidelity
        Edge recall, 0 to 1, under which a picture of a model or a drawing is rendered again by rule; the best
        is kept.
    surroundings
        ``geometry`` builds the environment's surroundings, ``imagined`` its ground alone and leaves
        the rest to the engine, ``none`` shows the building on plain ground.
    unit, up
        Overrule the unit (``mm``, ``cm``, ``m``, ``in``, ``ft``) and up axis guessed from the file.
    hide, show
        Elements, classes or layers not to draw, and those to draw though they would be hidden.
    classes
        Element, class or layer (a name, or a pattern with ``*``) -> what it is, where the file or its names get it
        wrong; the last one that fits counts.
    adjustments
        What is done to a drawing as it is read.
    few_step
        Sample in a few steps with the engine's distilled LoRA.
    weights
        A folder of the engine's checkpoints in place of the hub's cache.
    device
        Where the engine runs; ``None`` picks one.
    author
        Written into the picture.
    region
        A part of a finished picture that is painted anew. All that is not the part's is then that picture's:
        of the other fields ``input``, ``weights``, ``device`` and ``author`` alone are looked at.

    Raises
    ------
    OptionError
        A value is not accepted, or two contradict each other.
    """

    input: Path | None = None
    engine: str = DEFAULT_ENGINE
    environment: str | None = None
    lighting: str | None = None
    view: str | None = None
    camera: Camera | None = None
    place: Place | None = None
    when: datetime | None = None
    north_deg: float | None = None
    materials: Mapping[str, str] = field(default_factory=dict)
    prompt: str = ""
    size: Size | None = None
    seed: int = 0
    steps: int | None = None
    geometry: GeometryFreedom = "strict"
    control_scales: Mapping[str, float] = field(default_factory=dict)
    min_fidelity: float | None = None
    surroundings: SurroundingsMode | None = None
    unit: str | None = None
    up: Literal["y", "z"] | None = None
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    classes: Mapping[str, ElementClass] = field(default_factory=dict)
    adjustments: Adjustments = Adjustments()
    few_step: bool = False
    weights: Path | None = None
    device: str | None = None
    author: str = ""
    region: Region | None = None

    def __post_init__(self) -> None:
        for name in ("input", "weights"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))
        for name in ("hide", "show"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("materials", "control_scales", "classes"):
            object.__setattr__(self, name, dict(getattr(self, name)))
        _check_choice("geometry", self.geometry, GeometryFreedom)
        _check_choice("surroundings", self.surroundings, SurroundingsMode)
        _check_choice("up", self.up, Literal["y", "z"])
        for element, value in self.classes.items():
            check_class(element, value)
        if self.view is not None and self.camera is not None:
            raise OptionError(f"view {self.view!r} and a camera are both given; give one of them")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < _SEED_LIMIT:
            raise OptionError(f"seed {self.seed!r} is not accepted; give a whole number from 0 to {_SEED_LIMIT - 1}")
        if self.north_deg is not None and not -360.0 <= self.north_deg <= 360.0:
            raise OptionError(f"north {self.north_deg} is not accepted; give degrees from -360 to 360")
        for name, scale in self.control_scales.items():
            if not 0.0 <= scale <= _SCALE_LIMIT:
                raise OptionError(f"control {name}={scale:g} is not accepted; give a scale from 0 to {_SCALE_LIMIT:g}")
        if self.min_fidelity is not None and not 0.0 <= self.min_fidelity <= 1.0:
            raise OptionError(f"min-fidelity {self.min_fidelity:g} is not accepted; give an edge recall from 0 to 1")
        if "\n" in self.author or len(self.author) > 200:
            raise OptionError("author is longer than one line of 200 characters; give a name")


@dataclass(frozen=True, kw_only=True)
class ResolvedRequest:
    """A picture with nothing left open: together with the numerics key it decides every pixel.

    Parameters
    ----------
    input, weights, base
        Files on this machine (``base``: the picture that is edited); the only fields the recipe does not hold. The
        numerics key holds the weights' hash.
    input_kind, input_sha256, scene_sha256
        What the input is, the hash of its bytes, and of the building that was read from it
        (with the files that it refers to); ``None`` where there is none.
    camera
        The view; ``None`` for a drawing, and for a text whose surroundings are imagined.
    place, when
        Place, and the moment whose sun it is; ``None`` where the sun is the preset's own.
    north_deg
        Azimuth of true north in the model [degrees].
    sun
        The real sun in the model's axes where there is a moment, under the horizon too; ``None`` otherwise.
    illumination
        Sun, sky, air and lamps.
    materials
        Element name -> material in words; every name exists.
    prompt, prompt_understood, prompt_ignored
        The engine's text, and what became of the user's words.
    noise_seed
        Of the starting noise; from seed and view.
    assumptions, warnings
        What was decided in the user's place, and what to look out for.
    min_fidelity, tries
        The edge recall asked for, and what was tried for it: steps, geometry and control scales are
        then those of the best. A request with tries has its settings found and is rendered once.
    start_strength
        How much of the lit clay picture is painted over: 0 keeps it, 1 makes none.
    region
        The part that is edited, with the request of the picture it is a part of; ``None`` for a whole picture.

    Others as in :class:`RenderRequest`.
    """

    input: Path | None
    weights: Path | None
    input_kind: InputKind
    input_sha256: str | None
    scene_sha256: str | None
    unit: str | None
    up: Literal["y", "z"] | None
    hide: tuple[str, ...]
    show: tuple[str, ...]
    engine: str
    few_step: bool
    environment: str
    lighting: str
    view: str | None
    camera: Camera | None
    size: Size
    place: Place | None
    when: datetime | None
    north_deg: float
    sun: SunDirection | None
    illumination: Illumination
    surroundings: SurroundingsMode
    materials: Mapping[str, str]
    prompt: str
    prompt_understood: tuple[str, ...]
    prompt_ignored: tuple[str, ...]
    seed: int
    noise_seed: int
    steps: int
    geometry: GeometryFreedom
    control_scales: Mapping[str, float]
    device: str | None
    author: str
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    # Recipes of models and of older drawings do not name them.
    adjustments: Adjustments = Adjustments()
    classes: Mapping[str, ElementClass] = field(default_factory=dict)
    min_fidelity: float | None = None
    tries: tuple[Try, ...] = ()
    start_strength: float = 1.0
    base: Path | None = None
    region: ResolvedRegion | None = None
