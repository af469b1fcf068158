"""What is measured of one held-out view by pictures that are made for it: other seeds, materials, sizes, maps."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import ColorMap, EdgeMap, WeightMap
from archviz.core.seeds import derive_generator
from archviz.core.size import Size
from archviz.diffusion import DiffusionRequest
from archviz.diffusion.frames import to_bytes
from archviz.fidelity import drift, edge_evidence, trace_lines
from archviz.fidelity.edges import wire_evidence
from archviz.geometry.gbuffer import rasterize
from archviz.render import Renderer, RenderRequest
from archviz.training.asking import ask
from archviz.training.captions import BUILDING_PHRASES, caption
from archviz.training.dataset import LitView
from archviz.training.evaluation.colours import TEST_MATERIALS, largest_element, median_color, nearest, with_material
from archviz.training.evaluation.differences import near_edges, psnr, seed_over_precision
from archviz.training.evaluation.held_out import HeldOutView, Picture
from archviz.training.evaluation.measures import Values, imagined_picture, imagined_request, mean_of
from archviz.training.evaluation.workshop import MINI

__all__ = [
    "AUTOENCODER",
    "DRAWING",
    "FINISHED",
    "SMALL_DRAWING",
    "measure_autoencoder",
    "measure_colour",
    "measure_drawing",
    "measure_seeds",
    "measure_sizes",
]

AUTOENCODER, FINISHED = "autoencoder", "autoencoder and finisher"
DRAWING = "drawing, lines only: edge evidence"
SMALL_DRAWING = "drawing no larger than the picture: edge evidence"
# A drawing is plotted or scanned so many times larger than the picture, with a pen so wide.
_DRAWN_LARGER, _LARGE_PEN_PX, _SMALL_PEN_PX = 3, 3, 2

_SIDES_PX = (768, 1024)
_MULTIPLE = 64
_REFERENCE_PX = 160
# A path-traced colour is a median over hundreds of pixels: few paths make it sure.
_REFERENCE_PASSES = 8
_ASKED = 2
_SEED_STEP = 1_000_003


def measure_seeds(view: HeldOutView) -> Values:
    """What another seed changes: hardly the building's edges, and the surroundings where they are imagined."""
    mix, engine = view.lights[0], view.workshop.engine
    other = view.view + _SEED_STEP
    again = view.kept(f"seed-{mix}", lambda: view.painted(view.request(mix, seed=other)))
    moved = drift(view.picture(MINI, mix), again, view.gbuffer, wireframe=view.wireframe)
    imagined = imagined_picture(view, mix)
    asked, same = imagined_request(view, mix, seed=other), imagined_request(view, mix)
    elsewhere = view.kept(f"imagined-{asked.strength:g}-seed-{mix}", lambda: engine.generate(asked))
    rounded = view.kept(
        f"imagined-{same.strength:g}-precision-{mix}", lambda: view.workshop.other_precision.generate(same)
    )
    # Where the bare building's maps hold nothing.
    free = view.channel("is_sky", mix, kind="building") > 0.5
    return {
        "seeds: building's edges, median px": {MINI: moved.median_px},
        "seeds: imagined surroundings over precision": {MINI: seed_over_precision(imagined, elsewhere, rounded, free)},
    }


def measure_colour(view: HeldOutView) -> Values:
    """Whether an element in a test material has, of all test materials' path-traced colours, that one's."""
    element = largest_element(view.gbuffer)
    # Colours are told by day; a low sun dyes them all.
    mix = next((mix for mix in view.lights[:2] if view.lighting_class(mix) == "day"), view.lights[0])
    scale = _REFERENCE_PX / view.gbuffer.size.longer
    small = view.camera.resized(Size(*(max(1, round(side * scale)) for side in view.gbuffer.size.shape)))
    figure = "colour nearest to its own of 8 materials"
    columns = (MINI, "deferred colour")
    if element is None:
        return {figure: dict.fromkeys(columns)}
    scenes = [with_material(view.read[0], element, name) for name in TEST_MATERIALS]
    traced = []
    for scene in scenes:
        lit = LitView(scene, view.record, small)
        threads = view.workshop.threads
        clay = lit.clay(view.drawn_mixes[mix], passes=_REFERENCE_PASSES, seed=view.view, threads=threads)
        traced.append(median_color(clay.array, lit.gbuffer, element))
    known = [color for color in traced if color is not None]
    if len(known) < len(traced):
        return {figure: dict.fromkeys(columns)}
    told: dict[str, list[float | None]] = {column: [] for column in columns}
    for asked in range(_ASKED):
        row = (view.view * _ASKED + asked) % len(TEST_MATERIALS)
        gbuffer, pictures = _in_material(view, LitView(scenes[row], view.record, view.camera), mix, row)
        for column, picture in pictures.items():
            color = median_color(picture, gbuffer, element)
            told[column].append(None if color is None else float(nearest(color, known) == row))
    return {figure: {column: mean_of(values) for column, values in told.items()}}


def _in_material(view: HeldOutView, lit: LitView, mix: int, row: int) -> tuple[GBuffer, dict[str, Picture]]:
    """The view with a test material: its maps, the engine's picture and the deferred colour."""
    gbuffer, light = lit.gbuffer, lit.light(view.drawn_mixes[mix])
    # The words for the old material stay out of the prompt.
    kind = view.pair["building"]["kind"]
    groups = {**view.pair["phrases"], "building": [BUILDING_PHRASES.get(kind, kind)]}
    prompt = caption({**view.pair, "phrases": groups}, mix, derive_generator(view.view, "evaluate"))
    wanted = ask(
        view.workshop.spec,
        prompt=prompt,
        stack=control_stack(gbuffer, light, size=gbuffer.size),
        deferred=light.deferred,
        seed=view.view,
        steps=4,
    )
    made = view.kept(f"material-{TEST_MATERIALS[row]}-{mix}", lambda: view.painted(wanted, lit))
    return gbuffer, {MINI: made, "deferred colour": to_bytes(light.deferred.array)}


def measure_sizes(view: HeldOutView) -> Values:
    """Edge evidence of the building at other sizes; the lit clay picture stands for the truth, traced at one size."""
    figures: Values = {}
    for side in _SIDES_PX:
        scale = side / view.gbuffer.size.longer
        size = Size(*(max(1, round(length * scale / _MULTIPLE)) * _MULTIPLE for length in view.gbuffer.size.shape))
        lit = LitView(*view.read, view.camera.resized(size))
        mix = view.lights[0]
        light = lit.light(view.drawn_mixes[mix])
        prompt = caption(view.pair, mix, derive_generator(view.view, "evaluate"))
        stack = control_stack(lit.gbuffer, light, size=size)
        wanted = ask(view.workshop.spec, prompt=prompt, stack=stack, deferred=light.deferred, seed=view.view, steps=4)
        made = view.kept(f"side-{side}-{mix}", partial(view.painted, wanted, lit))
        clay = view.kept(f"side-{side}-{mix}", partial(view.clay, lit, mix), maker="clay")
        pictures = {"clay": clay, MINI: made, "deferred colour": to_bytes(light.deferred.array)}
        figures[f"edge evidence, building, {side} px"] = {
            column: edge_evidence(picture, lit.gbuffer, reference=clay).score for column, picture in pictures.items()
        }
    return figures


def measure_drawing(view: HeldOutView) -> Values:
    """Edge evidence of a clean line drawing in the picture that is rendered of it, and of the same lines in truth."""
    mix = view.lights[0]
    lines = view.gbuffer.edges
    size = lines.size
    large = view.camera.resized(Size(height=_DRAWN_LARGER * size.height, width=_DRAWN_LARGER * size.width))
    # Crowns are drawn as outlines, not leaf by leaf.
    drawings = {
        DRAWING: (
            f"drawing-{_DRAWN_LARGER}-{mix}",
            lambda: ink_on_paper(rasterize(view.read[0], large).edges, _LARGE_PEN_PX),
        ),
        SMALL_DRAWING: (f"drawing-{mix}", lambda: ink_on_paper(lines, _SMALL_PEN_PX)),
    }
    wires = trace_lines(lines)
    truth = view.picture("truth", mix)
    true = wire_evidence(truth, wires, reference=truth).score
    figures: Values = {}
    for figure, (name, draw) in drawings.items():
        made = view.kept(name, partial(_render_drawing, view, draw, mix))
        figures[figure] = {"truth": true, MINI: wire_evidence(made, wires, reference=truth).score}
    return figures


def _render_drawing(view: HeldOutView, draw: Callable[[], Picture], mix: int) -> Picture:
    from PIL import Image

    def load(*_: Any, **__: Any) -> Any:
        return view.workshop.engine

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawing.png"
        Image.fromarray(draw()).save(path)
        request = RenderRequest(
            input=path,
            environment=view.pair["environment"],
            lighting=view.pair["mixes"][mix]["lighting"],
            size=view.gbuffer.size,
            seed=view.view,
        )
        return Renderer(load=load, threads=view.workshop.threads).render(request).image


def ink_on_paper(lines: EdgeMap, pen_px: int) -> Picture:
    """(H, W, 3) a drawing of lines in black ink, ``pen_px`` wide."""
    import cv2

    ink = cv2.dilate((lines.array > 0.5).astype(np.uint8), np.ones((pen_px, pen_px), np.uint8))
    return np.repeat((255 - 235 * ink)[..., None], 3, axis=2).astype(np.uint8)


def measure_autoencoder(view: HeldOutView) -> Values:
    """What the autoencoder alone makes of the truth, and what is left when the finisher has seen it with the maps."""
    mix = view.lights[0]
    truth = view.picture("truth", mix)
    made = {
        AUTOENCODER: view.kept(
            f"autoencoder-{view.edition}-{mix}", lambda: reconstruct(view.workshop.autoencoder, truth)
        ),
        FINISHED: view.kept(
            f"autoencoder-finished-{view.edition}-{mix}",
            lambda: view.smoothed(view.workshop.engine.generate(held(view.request(mix, steps=1), truth))),
        ),
    }
    edges: NDArray[np.bool_] = near_edges(view.gbuffer.edges.array)
    evidence = {
        column: edge_evidence(picture, view.gbuffer, reference=truth, wireframe=view.wireframe).score
        for column, picture in {"truth": truth, **made}.items()
    }
    return {
        "autoencoder: PSNR, dB": {column: psnr(picture, truth) for column, picture in made.items()},
        "autoencoder: PSNR within 2 px of edges, dB": {
            column: psnr(picture, truth, where=edges) for column, picture in made.items()
        },
        "autoencoder: edge evidence, building": evidence,
    }


def held(wanted: DiffusionRequest, picture: Picture) -> DiffusionRequest:
    """A request in which a picture is held everywhere: its latents are decoded as they are, and finished."""
    kept = ColorMap(picture.astype(np.float32) / 255)
    nowhere = WeightMap(np.zeros(picture.shape[:2], np.float32))
    return replace(wanted, controls=replace(wanted.controls, kept=kept, repainted=nowhere))


def reconstruct(autoencoder: Any, picture: Picture) -> Picture:
    """A picture through the autoencoder and back."""
    import torch

    with torch.inference_mode():
        shown = torch.from_numpy(picture.astype(np.float32) / 127.5 - 1).permute(2, 0, 1)[None]
        made = autoencoder.decode(autoencoder.encode(shown).latents).sample[0].permute(1, 2, 0).float()
    return to_bytes(((made.numpy() + 1) / 2).clip(0, 1))
