"""The recipe of a picture: inside its PNG what decided the pixels, beside it what happened as well."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from archviz import __version__
from archviz.core.camera import Camera
from archviz.core.errors import FileFormatError, OptionError
from archviz.core.illumination import Illumination
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.render.region import PaintedMask, ResolvedRegion
from archviz.render.request import ResolvedRequest, Try
from archviz.sketch.adjustments import AS_FOUND, Adjustments

__all__ = [
    "RECIPE_KEY",
    "asked_json",
    "differences",
    "hash_pixels",
    "read_recipe",
    "resolved_from_json",
    "resolved_to_json",
    "write_picture",
    "write_recipe",
    "write_whole",
]

RECIPE_KEY = "archviz:recipe"
FORMAT = 1
_OF_THIS_MACHINE = ("input", "weights", "base")
# They stand in a recipe where they were asked for: what had no such wish is written as ever.
_WHERE_ASKED = ("min_fidelity", "tries", "region", "classes")


def resolved_to_json(resolved: ResolvedRequest) -> dict[str, Any]:
    """Everything that decides the picture, without the input's path."""
    data: dict[str, Any] = {}
    for field in dataclasses.fields(resolved):
        value = getattr(resolved, field.name)
        if field.name in _OF_THIS_MACHINE or (field.name in _WHERE_ASKED and value in (None, (), {})):
            continue
        if isinstance(value, Camera):
            value = value.to_json()
        elif isinstance(value, Size):
            value = [value.width, value.height]
        elif isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, ResolvedRegion):
            value = _region_to_json(value)
        elif isinstance(value, Adjustments):
            value = value.to_json()
        elif field.name == "classes":
            # Pairs: the order counts, and a PNG's recipe is sorted by its keys.
            value = list(value.items())
        elif field.name == "tries":
            value = [dataclasses.asdict(one) for one in value]
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            value = dataclasses.asdict(value)
        data[field.name] = value
    # Tuples become lists now, so that a recipe equals itself after a round trip.
    return json.loads(json.dumps(data, allow_nan=False))


def resolved_from_json(data: Mapping[str, Any], *, input: Path | None, weights: Path | None = None) -> ResolvedRequest:
    """Read :func:`resolved_to_json` back.

    Parameters
    ----------
    data
        The recipe's ``resolved`` object.
    input
        Where the input file is on this machine.
    weights
        Folder of the engine's checkpoints, where they are not in the hub's cache.

    Raises
    ------
    FileFormatError
        The object was not written by this version of the format.
    """
    try:
        fields = dict(data)
        fields["size"] = Size(height=data["size"][1], width=data["size"][0])
        fields["camera"] = Camera.from_json(data["camera"], source="recipe camera") if data["camera"] else None
        fields["place"] = Place(**data["place"]) if data["place"] else None
        fields["when"] = datetime.fromisoformat(data["when"]) if data["when"] else None
        fields["sun"] = _sun(data["sun"])
        if region := data.get("region"):
            fields["region"] = _region_from_json(region, device=data["device"], input=input, weights=weights)
        fields["adjustments"] = _adjustments(data)
        light = dict(data["illumination"])
        fields["classes"] = dict(data.get("classes", ()))
        fields["tries"] = tuple(Try(**one) for one in data.get("tries", ()))
        fields["illumination"] = Illumination(**{**light, "sun": _sun(light["sun"])})
        for name, value in fields.items():
            if isinstance(value, list):
                fields[name] = tuple(value)
        return ResolvedRequest(input=input, weights=weights, **fields)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileFormatError(f"recipe: {error!r} in its resolved request; give a recipe that archviz wrote") from error


def _region_to_json(region: ResolvedRegion) -> dict[str, Any]:
    mask = region.mask
    return {
        "base": resolved_to_json(region.base),
        "base_sha256": region.base_sha256,
        "elements": region.elements,
        "mask": None if mask is None else mask.to_json(),
        "material": region.material,
        "prompt": region.prompt,
        "feather_px": region.feather_px,
    }


def _region_from_json(
    data: Mapping[str, Any], *, device: str | None, input: Path | None, weights: Path | None
) -> ResolvedRegion:
    fields = dict(data)
    # The picture that was edited is made again on the device of the edit.
    fields["base"] = resolved_from_json(data["base"] | {"device": device}, input=input, weights=weights)
    fields["elements"] = tuple(data["elements"])
    fields["mask"] = PaintedMask.from_json(data["mask"]) if data["mask"] else None
    return ResolvedRegion(**fields)


def _adjustments(data: Mapping[str, Any]) -> Adjustments:
    """What was done to the drawing; one of before there were adjustments was taken as it was found."""
    if "adjustments" in data:
        return Adjustments.from_json(data["adjustments"])
    return AS_FOUND if data["input_kind"] == "sketch" else Adjustments()


def asked_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, from a recipe's ``resolved`` object: its settings before any was tried.

    Raises
    ------
    FileFormatError
        The object was not written by this version of the format.
    """
    asked = {key: value for key, value in data.items() if key != "tries"}
    if not data.get("tries"):
        return asked
    try:
        return asked | {key: data["tries"][0][key] for key in ("control_scales", "geometry", "steps")}
    except (KeyError, TypeError) as error:
        raise FileFormatError(f"recipe: {error!r} in its tries; give a recipe that archviz wrote") from error


def write_recipe(
    resolved: ResolvedRequest, image: NDArray[np.uint8], numerics: Mapping[str, str | int]
) -> dict[str, Any]:
    """The recipe: holds nothing that varies between runs, no clock, duration, host or path."""
    return {
        "archviz": __version__,
        "format": FORMAT,
        "resolved": resolved_to_json(resolved),
        "numerics": dict(numerics),
        "pixels_sha256": hash_pixels(image),
    }


def hash_pixels(image: NDArray[np.uint8]) -> str:
    """SHA-256 of a picture's shape and pixels, in hex."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every key whose value differs: ``{"key", "then", "now"}``, a missing one as null."""
    keys = dict.fromkeys([*then, *now])
    return [{"key": k, "then": then.get(k), "now": now.get(k)} for k in keys if then.get(k) != now.get(k)]


def write_picture(path: Path, image: NDArray[np.uint8], recipe: Mapping[str, Any]) -> None:
    """Write a PNG with its recipe as international text ``archviz:recipe``; whole or not at all.

    Raises
    ------
    OptionError
        The path does not end in ``.png``, or its folder cannot be written to.
    """
    from PIL import Image, PngImagePlugin

    if path.suffix.lower() != ".png":
        raise OptionError(f"output {path} is not a PNG; give a path that ends in .png")
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt(RECIPE_KEY, json.dumps(recipe, ensure_ascii=False, sort_keys=True))
    if author := recipe["resolved"]["author"]:
        texts.add_itxt("Author", author)
    texts.add_text("Software", f"archviz {recipe['archviz']}")
    write_whole(path, lambda file: Image.fromarray(image).save(file, format="PNG", pnginfo=texts))


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its place, flush it to the disk, then rename it there.

    Parameters
    ----------
    path
        Where the file goes.
    write
        Called with the open binary file.

    Raises
    ------
    OptionError
        The folder cannot be made or written to.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise OptionError(f"output {path}: {error.strerror}; give a folder that can be written to") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


def read_recipe(path: Path) -> tuple[dict[str, Any], Path | None]:
    """Read a recipe from a PNG or from the JSON beside it.

    Returns
    -------
    recipe, input
        The recipe, and where the input was when it was rendered, if the JSON is there to say so.

    Raises
    ------
    FileFormatError
        The file is missing or holds no recipe.
    """
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise FileFormatError(f"{path}: {error.strerror}; give a picture or a recipe that archviz wrote") from error
    beside = path.with_suffix(".json")
    run: dict[str, Any] = {}
    try:
        if head == b"\x89PNG\r\n\x1a\n":
            from PIL import Image

            with Image.open(path, formats=["PNG"]) as picture:
                picture.load()
                recipe = json.loads(picture.info[RECIPE_KEY])
            if beside.is_file():
                run = json.loads(beside.read_text(encoding="utf-8")).get("run", {})
        else:
            recipe = json.loads(path.read_text(encoding="utf-8"))
            run = recipe.pop("run", {})
        if recipe["format"] != FORMAT:
            raise FileFormatError(
                f"{path}: recipe format {recipe['format']} is not {FORMAT}; use the version that wrote it"
            )
        recipe["resolved"], recipe["numerics"]  # both must be there
    except (KeyError, TypeError, ValueError, OSError, SyntaxError) as error:
        raise FileFormatError(f"{path}: holds no recipe; give a picture or a recipe that archviz wrote") from error
    found = run.get("input")
    return recipe, Path(found) if found else None


def _sun(data: Mapping[str, float] | None) -> SunDirection | None:
    return SunDirection(**data) if data else None
