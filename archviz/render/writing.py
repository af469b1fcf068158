"""A rendered picture on disk: a PNG that carries its recipe, and a JSON beside it that also tells of the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archviz.render.recipe import write_picture, write_whole

if TYPE_CHECKING:
    from archviz.render.result import RenderResult

__all__ = ["write_json", "write_result"]


def write_result(output: Path, result: RenderResult, *, also: Mapping[str, Any] | None = None) -> Path:
    """Write a picture and, beside it, its recipe with what differs from run to run.

    The picture comes last, and each file whole or not at all: where the picture is, both are.

    Parameters
    ----------
    output
        Path of the picture, ending in ``.png``.
    result
        What was rendered.
    also
        More entries of the JSON's ``run``.

    Returns
    -------
    pathlib.Path
        The JSON.

    Raises
    ------
    OptionError
        The path does not end in ``.png``, or its folder cannot be written to.
    """
    beside = output.with_suffix(".json")
    source = result.resolved.input
    run = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(result.seconds, 3),
        "input": str(source.resolve()) if source else None,
        "image": output.name,
        "fidelity": result.fidelity.to_json() if result.fidelity else None,
        **(also or {}),
    }
    write_json(beside, result.recipe | {"run": run})
    write_picture(output, result.image, result.recipe)
    return beside


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write an object as JSON that a person can read; whole or not at all.

    Raises
    ------
    OptionError
        The folder cannot be made or written to.
    """
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    write_whole(path, lambda file: file.write(text.encode("utf-8")))
