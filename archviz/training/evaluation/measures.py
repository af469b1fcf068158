"""What is measured of one held-out view's pictures by those of the other columns alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.diffusion import DiffusionRequest
from archviz.fidelity import drift, edge_evidence, shadow_agreement
from archviz.training.evaluation.differences import psnr
from archviz.training.evaluation.held_out import HeldOutView, Picture
from archviz.training.evaluation.workshop import MINI, NOISE
from archviz.training.metric_network import ENVIRONMENT_CLASSES, recognize
from archviz.training.texture import TextureClass, top_octave_power

__all__ = [
    "Values",
    "imagined_picture",
    "imagined_request",
    "mean_of",
    "measure_drift",
    "measure_environment",
    "measure_lighting",
    "measure_lines",
    "measure_psnr",
    "measure_shadows",
    "measure_texture",
    "shadow_share",
]

# Figure -> column -> value.
Values = dict[str, dict[str, float | None]]
# The sun's shadows that the truth itself hardly shows tell nothing of others.
_SHADOWS_SHOWN = 0.75
_TEXTURES: tuple[tuple[TextureClass, str], ...] = (("wall", "walls"), ("grass", "grass"), ("foliage", "foliage"))


def mean_of(values: Sequence[float | None]) -> float | None:
    """Mean of the values that are there; ``None`` where none is."""
    kept = [float(v) for v in values if v is not None and np.isfinite(v)]
    return float(np.mean(kept)) if kept else None


def _over_lights(view: HeldOutView, measure: Callable[[Picture, int], float | None]) -> dict[str, float | None]:
    """A measure's mean over the two lights with sun, by column."""
    return {
        column: mean_of([measure(view.picture(column, mix), mix) for mix in view.lights[:2]])
        for column in view.workshop.columns
    }


def measure_lines(view: HeldOutView) -> Values:
    """Edge evidence of the building where the truth shows its edges."""

    def evidence(picture: Picture, mix: int) -> float | None:
        truth = view.picture("truth", mix)
        return edge_evidence(picture, view.gbuffer, reference=truth, wireframe=view.wireframe).score

    return {"edge evidence, building": _over_lights(view, evidence)}


def measure_shadows(view: HeldOutView) -> Values:
    """Shadow agreement, and what it keeps of the truth's."""
    lights = {mix: view.light(mix) for mix in view.lights[:2]}
    found = {
        (column, mix): shadow_agreement(view.picture(column, mix), view.gbuffer, light).auc
        for column in view.workshop.columns
        for mix, light in lights.items()
    }
    kept = {
        column: mean_of([shadow_share(found[column, mix], found["truth", mix]) for mix in lights])
        for column in view.workshop.columns
    }
    aucs = {column: mean_of([found[column, mix] for mix in lights]) for column in view.workshop.columns}
    return {"shadow agreement (AUC)": aucs, "shadow agreement over the truth's": kept}


def shadow_share(auc: float | None, truth: float | None) -> float | None:
    """(AUC - 0.5) / (AUC of truth - 0.5); ``None`` where either is missing or the truth's is below 0.75."""
    if auc is None or truth is None or truth < _SHADOWS_SHOWN:
        return None
    return (auc - 0.5) / (truth - 0.5)


def measure_drift(view: HeldOutView) -> Values:
    """How far the building's lines move from one light to another."""
    first, second = view.lights[:2]
    moved = {
        column: drift(view.picture(column, first), view.picture(column, second), view.gbuffer, wireframe=view.wireframe)
        for column in view.workshop.columns
    }
    return {
        "drift between lights, median px": {column: one.median_px for column, one in moved.items()},
        "drift, share over 2 px": {column: one.share_over_2px for column, one in moved.items()},
    }


def measure_psnr(view: HeldOutView) -> Values:
    """How near each picture is to the truth, pixel by pixel."""
    made = _over_lights(view, lambda picture, mix: psnr(picture, view.picture("truth", mix)))
    return {"PSNR to truth, dB": {column: value for column, value in made.items() if column != "truth"}}


def measure_texture(view: HeldOutView) -> Values:
    """Power of the top octave in the first light, in squared levels, by class of surface."""
    first = view.lights[0]
    return {
        f"top octave of {name}": {
            column: top_octave_power(view.picture(column, first), view.gbuffer, kind)
            for column in view.workshop.columns
        }
        for kind, name in _TEXTURES
    }


def measure_lighting(view: HeldOutView) -> Values:
    """Share of the lights whose class the metric network names, from the picture alone."""
    network = view.workshop.network
    named = {
        column: mean_of(
            [
                float(recognize(network, view.picture(column, mix)).lighting == view.lighting_class(mix))
                for mix in view.lights
            ]
        )
        for column in view.workshop.columns
    }
    return {"lighting recognised": named}


def measure_environment(view: HeldOutView) -> Values:
    """Share of the lights under which the metric network names the environment.

    With complete maps from the whole picture; with building-only maps from what stands around a building that is
    hidden from the network, in truth as well.
    """
    place = ENVIRONMENT_CLASSES[view.pair["environment"]]
    network = view.workshop.network

    def share(pictures: Sequence[Picture], hidden: NDArray[np.bool_] | None) -> float | None:
        return mean_of([float(recognize(network, one, hidden=hidden).environment == place) for one in pictures])

    complete = {
        column: share([view.picture(column, mix) for mix in view.lights], None) for column in view.workshop.columns
    }
    lights = (view.lights[0], view.lights[-1])
    imagined = {
        "truth": [view.picture("truth", mix) for mix in lights],
        MINI: [imagined_picture(view, mix) for mix in lights],
        NOISE: [imagined_picture(view, mix, strength=1.0) for mix in lights],
        "deferred colour": [view.deferred(mix, kind="building") for mix in lights],
    }
    return {
        "environment recognised, complete maps": complete,
        "environment recognised, building-only maps, building hidden": {
            column: share(pictures, view.own) for column, pictures in imagined.items()
        },
    }


def imagined_request(view: HeldOutView, mix: int, *, strength: float | None = None, **choices: Any) -> DiffusionRequest:
    """What the engine is asked for where the surroundings are left to the prompt: as a request for such has it.

    Parameters
    ----------
    strength
        Another share of the deferred colour that is painted over.
    choices
        Further ones of :meth:`HeldOutView.request`.
    """
    if strength is None:
        start = view.workshop.spec.start
        assert start is not None  # the embedded engine has one
        strength = start.strengths["balanced"]
    return view.request(mix, strength=strength, kind="building", **choices)


def imagined_picture(view: HeldOutView, mix: int, *, strength: float | None = None) -> Picture:
    """The engine's picture of the bare building, its surroundings left to the prompt."""
    wanted = imagined_request(view, mix, strength=strength)
    return view.kept(f"imagined-{wanted.strength:g}-{mix}", lambda: view.workshop.engine.generate(wanted))
