"""``archviz check``: what a picture from any tool keeps of the model it shows."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.cli import pictures
from archviz.cli.console import Console
from archviz.cli.values import parse_north, parse_number, parse_when, place_from
from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.render.request import RenderRequest

__all__ = ["run_check"]

# Lines are judged at the size at which they were calibrated; more pixels cost time and show no more of a building.
_LONGEST_PX = 1024
# Where no light is given, lines are asked for that a cloudy sky shows: the sun of an hour that nobody named
# is not held against a picture.
_PLAIN_LIGHT = "overcast"
_BELOW = 1


def run_check(options: argparse.Namespace, console: Console) -> int:
    """``archviz check``."""
    from archviz.fidelity import register, report, trace_wireframe
    from archviz.sketch.isolated import load_drawing_isolated

    threshold = _threshold(options.threshold)
    lit = _is_lit(options)
    if (options.camera is None) == (options.view is None):
        raise OptionError("check needs the picture's camera; give either --camera FILE or --view ID")
    loaded = load_drawing_isolated(Path(options.image))
    camera = Camera.load(Path(options.camera)) if options.camera else None
    size = _size(options.image, loaded.size, camera)
    picture = _fitted(loaded.array, size)
    renderer = pictures.make_renderer()
    resolved = renderer.resolve(_request(options, camera, size, lit=lit))
    if resolved.input_kind != "model":
        raise OptionError(f"model {options.model} is a drawing; give the 3D model that the picture shows")
    maps = renderer.maps(resolved)
    gbuffer, light = maps.gbuffer, maps.light
    assert gbuffer is not None and light is not None  # a model has both
    wires = trace_wireframe(gbuffer)
    reference = light.deferred.array
    registration = register(picture, gbuffer, reference=reference, wireframe=wires)
    scores = report(
        registration.applied(picture, size),
        gbuffer,
        light=light if lit else None,
        openings=renderer.openings(resolved),
        reference=reference,
    ).to_json()
    recall = scores["edge_recall"]
    passed = None if threshold is None else recall is not None and recall >= threshold
    assumptions = list(resolved.assumptions)
    warnings = [*loaded.warnings, *resolved.warnings]
    pictures.say(console, tuple(assumptions), tuple(warnings))
    data: dict[str, Any] = {
        **scores,
        "registration": registration.to_json(),
        "image": options.image,
        "size": [size.width, size.height],
        "threshold": threshold,
        "passed": passed,
        "assumptions": assumptions,
        "warnings": warnings,
    }
    console.result(data, _lines(data))
    return _BELOW if passed is False else 0


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
    )


def _lines(data: dict[str, Any]) -> Sequence[str]:
    keys = ("edge_recall", "silhouette_iou", "straightness_px", "shadow_agreement")
    lines = [
        f"{key}: {data[key]}" if data[key] is not None else f"{key}: none ({data['reasons'][key]})" for key in keys
    ]
    lines.append(_openings_line(data))
    moved = data["registration"]
    found = "{:g} px right, {:g} px down, scale {:g}".format(*moved["shift_px"], moved["scale"])
    lines.append(f"registration: {moved['reason'] or found}")
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
