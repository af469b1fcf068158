"""Measured values on disk, so that a long evaluation goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from archviz.training.evaluation.measures import Values

__all__ = ["KeptValues"]


class KeptValues:
    """What was measured of each view in one row, as long as it stands on the same networks.

    Parameters
    ----------
    path
        A JSON file.
    basis
        Stands for the networks; values of another basis are dropped.
    """

    def __init__(self, path: Path, *, basis: str) -> None:
        self._path, self._basis = path, basis
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._views: dict[str, dict[str, Any]] = kept["views"] if kept.get("basis") == basis else {}
        self._taken: dict[str, None] = {}

    def take(self, name: str, scene: int, measure: Callable[[], Values]) -> None:
        """Measure a view that is not measured yet, and write it down."""
        self._taken[name] = None
        if name in self._views:
            return
        self._views[name] = {"scene": scene, "values": measure()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".partial")
        beside.write_text(json.dumps({"basis": self._basis, "views": self._views}, indent=1) + "\n", encoding="utf-8")
        beside.replace(self._path)

    def take_measured(self, name: str) -> bool:
        """Count a view in if it is measured already; whether it is."""
        if name in self._views:
            self._taken[name] = None
        return name in self._views

    def column(self, figure: str) -> tuple[list[int], dict[str, list[float | None]]]:
        """Scene of each view taken, and each column's values of one figure; ``None`` where a view has none."""
        taken = [self._views[name] for name in self._taken]
        scenes = [int(view["scene"]) for view in taken]
        figures: list[Mapping[str, float | None]] = [view["values"].get(figure, {}) for view in taken]
        names = dict.fromkeys(column for values in figures for column in values)
        return scenes, {name: [values.get(name) for values in figures] for name in names}
