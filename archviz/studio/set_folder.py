"""The folder of a light set: its manifest, what is finished in it, and whether it is the set that is asked for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz import __version__
from archviz.core.errors import FileFormatError, OptionError
from archviz.render.recipe import asked_json, hash_pixels, read_recipe
from archviz.render.writing import write_json

__all__ = [
    "MANIFEST",
    "SHEET",
    "FinishedPicture",
    "Inputs",
    "Record",
    "check_folder",
    "check_same_set",
    "finished_picture",
    "hash_json",
    "sweep",
    "write_manifest",
]

MANIFEST = "lightset.json"
SHEET = "contact-sheet.png"
FORMAT = 1
# What `write_whole` calls a file until it is whole.
_PARTIAL = re.compile(r"\.(.+)\.[0-9a-f]{16}")

Inputs = dict[str, tuple[str | None, str | None]]
"""Design -> hash of its file and of the building that was read from it."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What the manifest says of one picture.

    Parameters
    ----------
    file
        Name of the picture; its recipe is beside it.
    choices
        What it shows.
    request_sha256
        Of everything that was resolved before it is made.
    recipe_sha256
        Of the recipe inside the picture; ``None`` while it is not made.
    fidelity
        How well the building was kept, as ``archviz check`` tells it; ``None`` without a 3D model.
    drift
        How far its lines moved from the first picture of the same view; ``None`` for that one.
    """

    file: str
    choices: Mapping[str, Any]
    request_sha256: str
    recipe_sha256: str | None = None
    fidelity: Mapping[str, Any] | None = None
    drift: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The member's object in the manifest."""
        return {
            "file": self.file,
            "state": "pending" if self.recipe_sha256 is None else "done",
            "choices": dict(self.choices),
            "request_sha256": self.request_sha256,
            "recipe_sha256": self.recipe_sha256,
            "fidelity": self.fidelity,
            "drift": self.drift,
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class FinishedPicture:
    """A picture that stands in the folder as it was made.

    Parameters
    ----------
    image
        (H, W, 3) uint8.
    recipe
        From inside the PNG.
    run
        From the JSON beside it; ``None`` where that is missing or tells of another picture.
    """

    image: NDArray[np.uint8]
    recipe: dict[str, Any]
    run: dict[str, Any] | None

    @property
    def request_sha256(self) -> str:
        """Of what was resolved before it was made."""
        return hash_json(asked_json(self.recipe["resolved"]))


def hash_json(data: object) -> str:
    """SHA-256 of an object of JSON, whatever the order of its keys, in hex."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, allow_nan=False).encode()).hexdigest()


def check_folder(folder: Path, files: Sequence[str], *, resume: bool) -> None:
    """Refuse a folder that the set cannot go into.

    Raises
    ------
    OptionError
        It cannot be written to, holds a set that is not to be resumed, or holds pictures of
        the same names that belong to no set.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise OptionError(f"output {folder} cannot be written to; give a folder that can")
    if (folder / MANIFEST).exists():
        if not resume:
            raise OptionError(f"output {folder} already holds a light set; go on with it by --resume, or give another")
    elif found := next((file for file in files if (folder / file).exists()), None):
        raise OptionError(f"output {folder} already holds {found}, which is of no light set; give another folder")


def check_same_set(folder: Path, records: Sequence[Record], inputs: Inputs) -> None:
    """Refuse to go on with another set than the one that the folder holds.

    Raises
    ------
    FileFormatError
        The manifest cannot be read.
    OptionError
        The set is of other choices, other options or a changed input.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        known, members = found["format"] == FORMAT, [(m["file"], m["request_sha256"]) for m in found["members"]]
        before = {name: tuple(hashes) for name, hashes in found["inputs"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileFormatError(f"{path}: not the manifest of a light set; give another folder") from error
    if not known:
        raise FileFormatError(f"{path}: format {found['format']} is not {FORMAT}; use the version that wrote it")
    if [file for file, _ in members] != [record.file for record in records]:
        raise OptionError(
            f"output {folder} holds another light set, of {len(members)} pictures; give its choices or another folder"
        )
    for name, hashes in inputs.items():
        if before.get(name) != hashes:
            raise OptionError(
                f"output {folder}: {name} is not what this light set was begun with; give the unchanged file, read with"
                " the same options, or another folder"
            )
    for (file, request_sha256), record in zip(members, records, strict=True):
        if request_sha256 != record.request_sha256:
            raise OptionError(
                f"output {folder}: {file} was asked for with other options; give those of this light set or another"
                " folder"
            )


def finished_picture(path: Path) -> FinishedPicture:
    """Read a picture of a set and see that it is whole.

    Raises
    ------
    OptionError
        The file is damaged, or its pixels are not those that its recipe speaks of.
    """
    from PIL import Image

    changed = f"{path}: not the picture that was made; move it away and it is made again"
    try:
        recipe, _ = read_recipe(path)
    except FileFormatError as error:
        raise OptionError(changed) from error
    with Image.open(path, formats=["PNG"]) as picture:
        image = np.array(picture)
    if hash_pixels(image) != recipe.get("pixels_sha256"):
        raise OptionError(changed)
    run: dict[str, Any] | None = None
    with contextlib.suppress(OSError, ValueError, AttributeError):
        beside = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        said = beside.pop("run", None)
        run = said if beside == recipe else None
    return FinishedPicture(image=image, recipe=recipe, run=run)


def sweep(folder: Path, files: Sequence[str]) -> None:
    """Take away what a killed run had begun to write."""
    own = {MANIFEST, SHEET, *files, *(Path(file).with_suffix(".json").name for file in files)}
    for path in folder.glob(".*"):
        begun = _PARTIAL.fullmatch(path.name)
        if begun is not None and begun[1] in own:
            with contextlib.suppress(OSError):
                path.unlink()


def write_manifest(folder: Path, axes: Mapping[str, Sequence[str]], inputs: Inputs, records: Sequence[Record]) -> None:
    """Write ``lightset.json``, whole or not at all.

    Raises
    ------
    OptionError
        The folder cannot be written to.
    """
    data = {
        "format": FORMAT,
        "archviz": __version__,
        "axes": {axis: list(labels) for axis, labels in axes.items()},
        "inputs": {name: list(hashes) for name, hashes in inputs.items()},
        "members": [record.to_json() for record in records],
    }
    write_json(folder / MANIFEST, data)
