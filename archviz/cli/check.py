"""``archviz check``: what a picture from any tool keeps of the model it shows."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.cli import pictures
from archviz.cli.console import Console
from archviz.cli.values import classes_from, parse_north, parse_number, parse_when, place_from
from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.render.renderer import Renderer
from archviz.render.request import RenderRequest, ResolvedRequest

if TYPE_CHECKING:
    from archviz.fidelity import Registration

__all__ = ["run_check"]

# Lines are judged at the size at which they were calibrated; more pixels cost time and show no more of a building.
_LONGEST_PX = 1024
# Where no light is given, lines are asked for that a cloudy sky shows: the sun of an hour that nobody named
# is not held against a picture.
_PLAIN_LIGHT = "overcast"
_BELOW = 1
_ONE_CAMERA = "check needs the picture's camera; give either --camera FILE or --view ID"

# Scores, where the view stands in the picture, and how the heat map is painted.
_Judged = tuple[dict[str, Any], "Registration", Callable[[], NDArray[np.uint8]]]


def run_check(options: argparse.Namespace, console: Console) -> int:
    """``archviz check``."""
    from archviz.sketch.adjustments import AS_FOUND
    from archviz.sketch.isolated import load_drawing_isolated

    threshold = _threshold(options.threshold)
    heatmap = None if options.heatmap is None else pictures.png_path(options.heatmap, "heatmap")
    lit = _is_lit(options)
    if options.camera is not None and options.view is not None:
        raise OptionError(_ONE_CAMERA)
    # A picture is judged by its own pixels: what looks like paper or writing in it stays.
    loaded = load_drawing_isolated(Path(options.image), AS_FOUND)
    camera = Camera.load(Path(options.camera)) if options.camera else None
    size = _size(options.image, loaded.size, camera)
    picture = _fitted(loaded.array, size)
    renderer = pictures.make_renderer()
    resolved = renderer.resolve(_request(options, camera, size, lit=lit))
    judge = _judge_model if resolved.input_kind == "model" else _judge_drawing
    scores, registration, paint = judge(renderer, resolved, picture, options, lit=lit)
    recall = scores["edge_recall"]
    passed = None if threshold is None else recall is not None and recall >= threshold
    assumptions = list(resolved.assumptions)
    warnings = [*loaded.warnings, *resolved.warnings]
    pictures.say(console, tuple(assumptions), tuple(warnings))
    if heatmap is not None:
        pictures.write_picture(heatmap, paint())
    data: dict[str, Any] = {
        **scores,
        "registration": registration.to_json(),
        "image": options.image,
        "size": [size.width, size.height],
        "heatmap": options.heatmap,
        "threshold": threshold,
        "passed": passed,
        "assumptions": assumptions,
        "warnings": warnings,
    }
    console.result(data, _lines(data))
    return _BELOW if passed is False else 0


def _judge_model(
    renderer: Renderer, resolved: ResolvedRequest, picture: NDArray[np.uint8], options: argparse.Namespace, *, lit: bool
) -> _Judged:
    from archviz.fidelity import paint_heatmap, register, report, trace_wireframe

    if options.camera is None and options.view is None:
        raise OptionError(_ONE_CAMERA)
    maps = renderer.maps(resolved)
    gbuffer, light = maps.gbuffer, maps.light
    assert gbuffer is not None and light is not None  # a model has both
    wires, reference = trace_wireframe(gbuffer), light.deferred.array
    registration = register(picture, gbuffer, reference=reference, wireframe=wires)
    shown, sun = registration.applied(picture, resolved.size), light if lit else None
    openings = renderer.views.openings(resolved)
    scores = report(shown, gbuffer, light=sun, openings=openings, reference=reference).to_json()
    return scores, registration, lambda: paint_heatmap(shown, wires, reference=reference, gbuffer=gbuffer, light=sun)


def _judge_drawing(
    renderer: Renderer, resolved: ResolvedRequest, picture: NDArray[np.uint8], options: argparse.Namespace, *, lit: bool
) -> _Judged:
    """By the drawing's lines alone: it has no sun; that it has one view is said where it is resolved."""
    from archviz.fidelity import paint_heatmap, register_wires, report_drawn, trace_lines

    if lit:
        raise OptionError(f"model {options.model} is a drawing and has no sun; leave --when and --lighting out")
    lines = renderer.views.drawn_lines(resolved)
    wires = trace_lines(lines)
    registration = register_wires(picture, wires)
    shown = registration.applied(picture, resolved.size)
    return report_drawn(shown, lines, wireframe=wires).to_json(), registration, lambda: paint_heatmap(shown, wires)


def _threshold(text: str | None) -> float | None:
    if text is None:
        return None
    value: float = parse_number("threshold", text, float)
    if not 0.0 <= value <= 1.0:
        raise OptionError(f"threshold {text} is not accepted; give an edge recall from 0 to 1")
    return value


def _is_lit(options: argparse.Namespace) -> bool:
    """Whether a light was given by which shadows can be judged."""
    lit = bool(options.when or options.lighting)
    for name in ("place", "city", "north"):
        if not lit and getattr(options, name) is not None:
            raise OptionError(f"{name} {getattr(options, name)!r} alone sets no sun; give --when or --lighting too")
    return lit


def _size(image: str, given: Size, camera: Camera | None) -> Size:
    """The size at which the picture is judged.

    Raises
    ------
    OptionError
        The picture has another shape than the camera's.
    """
    size = given if given.longer <= _LONGEST_PX else given.with_longer(_LONGEST_PX)
    if camera is not None:
        wanted = camera.size.with_longer(size.longer)
        # The shorter side is rounded, by other tools too.
        if max(abs(a - b) for a, b in zip(wanted.shape, size.shape, strict=True)) > 1:
            raise OptionError(
                f"{image}: {given} has another shape than the camera's {camera.size}; give the uncropped picture or"
                " the camera of this one"
            )
    return size


def _fitted(array: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    import cv2

    if array.shape[:2] == size.shape:
        return array
    return np.asarray(cv2.resize(array, (size.width, size.height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _request(options: argparse.Namespace, camera: Camera | None, size: Size, *, lit: bool) -> RenderRequest:
    return RenderRequest(
        input=Path(options.model),
        camera=camera,
        view=options.view,
        size=size,
        # What stands around the building in another tool's picture is not ours to know.
        surroundings="none",
        lighting=options.lighting if lit else _PLAIN_LIGHT,
        place=place_from(options),
        when=parse_when(options.when) if options.when else None,
        north_deg=parse_north(options.north) if options.north is not None else None,
        unit=options.unit,
        up=options.up,
        hide=tuple(options.hide),
        show=tuple(options.show),
        classes=classes_from(options),
    )


def _lines(data: dict[str, Any]) -> Sequence[str]:
    keys = ("edge_recall", "silhouette_iou", "straightness_px", "shadow_agreement", "drift_px")
    lines = [
        f"{key}: {data[key]}" if data[key] is not None else f"{key}: none ({data['reasons'][key]})" for key in keys
    ]
    lines.append(_openings_line(data))
    moved = data["registration"]
    found = "{:g} px right, {:g} px down, scale {:g}".format(*moved["shift_px"], moved["scale"])
    lines.append(f"registration: {moved['reason'] or found}")
    if data["heatmap"] is not None:
        lines.append(f"heat map: {data['heatmap']}")
    if data["threshold"] is not None:
        lines.append(f"threshold {data['threshold']:g}: {'passed' if data['passed'] else 'not reached'}")
    return lines


def _openings_line(data: dict[str, Any]) -> str:
    if data["openings"] is None:
        return f"openings: none ({data['reasons']['openings']})"
    found = data["openings_summary"]
    counts = [f"{found[key]} {key}" for key in ("found", "weak", "missing")]
    left_out = found["too_small"] + found["hidden"] + found["not_judged"]
    line = f"openings: {', '.join(counts)}, {left_out} not to be judged"
    if found["reason"]:
        line += f" ({found['reason']})"
    return f"{line}; missing: {', '.join(found['names_missing'])}" if found["names_missing"] else line
