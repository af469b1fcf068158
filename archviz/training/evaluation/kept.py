"""Measured values on disk: a long evaluation goes on where it stopped, and anyone may count them again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archviz.fidelity import Interval
from archviz.training.evaluation.measures import Values
from archviz.training.evaluation.table import Line

__all__ = ["KeptValues", "read_lines", "write_lines"]


class KeptValues:
    """What was measured of each view in one row, as long as it stands on the same networks.

    Parameters
    ----------
    path
        A JSON file, written as views are measured.
    basis
        Stands for the networks; values of another basis are dropped.
    baseline
        Stands for the networks that the engine is compared with. Values beside another baseline are dropped too;
        where none is given, those beside any baseline or none stay.
    released
        Values of other views, and of the same ones where ``path`` has none.
    """

    def __init__(self, path: Path, *, basis: str, baseline: str | None = None, released: Path | None = None) -> None:
        self._path, self._basis, self._baseline = path, basis, baseline
        self._views: dict[str, dict[str, Any]] = {}
        for source in (released, path):
            kept = json.loads(source.read_text(encoding="utf-8")) if source is not None and source.exists() else {}
            if kept.get("basis") == basis and baseline in (None, kept["baseline"]):
                self._views |= kept["views"]
                self._baseline = baseline or kept["baseline"]

    @property
    def views(self) -> dict[str, int]:
        """The views that were measured, and the scene of each."""
        return {name.split(".")[0]: int(view["scene"]) for name, view in self._views.items()}

    def take(self, name: str, scene: int, measure: Callable[[], Values]) -> None:
        """Measure a view that is not measured yet, and write it down.

        Parameters
        ----------
        name
            Of the view; what follows a dot is its edition, and another edition's values are no more.
        scene
            Whose view it is.
        measure
            Gives the values.
        """
        if name in self._views:
            return
        view = name.split(".")[0]
        self._views = {other: kept for other, kept in self._views.items() if other.split(".")[0] != view}
        self._views[name] = {"scene": scene, "values": measure()}
        self.write(self._path)

    def write(self, path: Path) -> None:
        """Write all values, a line a view; nothing where there is none."""
        if not self._views:
            return
        head = json.dumps({"basis": self._basis, "baseline": self._baseline})[1:-1]
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(view)}" for name, view in sorted(self._views.items()))
        _replace(path, f'{{{head},\n"views": {{\n{lines}\n}}}}\n')

    def column(self, figure: str) -> tuple[list[int], dict[str, list[float | None]]]:
        """Scene of each view, and each column's values of one figure; ``None`` where a view has none."""
        views = list(self._views.values())
        scenes = [int(view["scene"]) for view in views]
        figures: list[Mapping[str, float | None]] = [view["values"].get(figure, {}) for view in views]
        names = dict.fromkeys(column for values in figures for column in values)
        return scenes, {name: [values.get(name) for values in figures] for name in names}


def write_lines(path: Path, lines: Sequence[Line], *, basis: str) -> None:
    """Keep lines that have no value a view."""
    kept = [
        {"name": line.name, "reach": line.reach, "cells": {c: v and asdict(v) for c, v in line.cells.items()}}
        for line in lines
    ]
    _replace(path, json.dumps({"basis": basis, "lines": kept}, indent=1) + "\n")


def read_lines(path: Path, *, basis: str) -> list[Line]:
    """What :func:`write_lines` kept of the same networks; nothing where there is none."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if kept.get("basis") != basis:
        return []
    return [
        Line(name=one["name"], reach=one["reach"], cells={c: v and Interval(**v) for c, v in one["cells"].items()})
        for one in kept["lines"]
    ]


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".partial")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
