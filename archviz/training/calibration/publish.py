"""The table and the figures of calibration, from the scores of single pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from archviz.fidelity import Interval, bootstrap_mean
from archviz.render.recipe import write_whole
from archviz.training.calibration.figure import Panel, draw_panels

__all__ = ["publish", "summarise", "sun_shares"]

Key = tuple[str, str, float, str]

_SOURCES = ("path-traced", "mini")
_UNITS = {"shift": "shift [px]", "bend": "amplitude of the bend [px]", "sun turned": "sun turned [degrees]"}
_TITLES = {
    "edge evidence": "edge evidence",
    "drift": "drift, median [px]",
    "drift over 2 px": "drift, share over 2 px",
    "silhouette": "silhouette, IoU",
    "straightness": "straightness, excess [px]",
    "shadow agreement": "shadow agreement, AUC",
    "sun gain": "sun gain",
}
_LINE_SCORES = ("edge evidence", "drift", "drift over 2 px", "silhouette", "straightness")
_SINGLE = ("none", "window removed", "window moved", "storey added", "another scene", "white noise")
_SUN_SINGLE = ("none", "shadows removed", "another scene", "white noise")


def publish(found: Sequence[Mapping[str, Any]], target: Path) -> None:
    """Write ``fidelity-scores.csv``, ``fidelity-suns.csv`` and both figures, and print the suns."""
    intervals = summarise(found)
    header = ["source", "damage", "amount", "score", "mean", "low", "high", "scenes"]
    rows = [[*key, *_numbers(value)] for key, value in intervals.items()]
    _write_csv(target / "fidelity-scores.csv", header, rows)
    suns = sun_shares(found)
    sun_rows = [[source, pairs, *_numbers(share)] for source, (pairs, share) in suns.items()]
    _write_csv(target / "fidelity-suns.csv", ["source", "pairs", "right", "low", "high", "scenes"], sun_rows)
    curves = [_curve(intervals, damage, score) for damage in ("shift", "bend") for score in _LINE_SCORES]
    singles = [_bars(intervals, _SINGLE, score) for score in _LINE_SCORES]
    _write_picture(target / "fidelity-lines.png", [*curves, *singles], len(_LINE_SCORES))
    scores = ("shadow agreement", "sun gain")
    light = [_curve(intervals, "sun turned", score) for score in scores]
    light += [_bars(intervals, _SUN_SINGLE, score) for score in scores]
    _write_picture(target / "fidelity-light.png", light, 2)
    for row in sun_rows:
        print(f"suns, {row[0]}: {row[2]:.3f} of {row[1]} pairs right ({row[3]:.3f} to {row[4]:.3f}, {row[5]} scenes)")


def summarise(found: Sequence[Mapping[str, Any]]) -> dict[Key, Interval]:
    """(source, damage, amount, score) -> mean over scenes with its interval."""
    values: dict[Key, dict[str, list[float | None]]] = {}
    for one in found:
        for row in one["scores"]:
            key = (one["source"], row["damage"], float(row["amount"]), row["score"])
            values.setdefault(key, {}).setdefault(one["scene"], []).append(row["value"])
    known = {key: v for key, v in values.items() if any(x is not None for scene in v.values() for x in scene)}
    return {key: bootstrap_mean(known[key]) for key in sorted(known)}


def sun_shares(found: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, Interval]]:
    """Source -> number of pairs of suns, and the share in which the right one is higher."""
    shares = {}
    for source in _SOURCES:
        scenes = {one["scene"]: [row["right"] for row in one["suns"]] for one in found if one["source"] == source}
        scenes = {name: rights for name, rights in scenes.items() if rights}
        if scenes:
            shares[source] = (sum(map(len, scenes.values())), bootstrap_mean(scenes))
    return shares


def _curve(intervals: Mapping[Key, Interval], damage: str, score: str) -> Panel:
    lines = {}
    for source in _SOURCES:
        points = {a: v for (s, d, a, name), v in intervals.items() if (s, d, name) == (source, damage, score)}
        if (bare := intervals.get((source, "none", 0.0, score))) is not None:
            points[0.0] = bare
        lines[source] = dict(sorted(points.items()))
    return Panel(title=_TITLES[score], axis=_UNITS[damage], lines=lines, names=None)


def _bars(intervals: Mapping[Key, Interval], damages: Sequence[str], score: str) -> Panel:
    lines = {}
    for source in _SOURCES:
        wanted = ((n, (source, d, 0.0 if d == "none" else 1.0, score)) for n, d in enumerate(damages))
        lines[source] = {float(n): intervals[key] for n, key in wanted if key in intervals}
    return Panel(title=_TITLES[score], axis="", lines=lines, names=tuple(damages))


def _numbers(value: Interval) -> list[float | int]:
    return [round(value.mean, 4), round(value.low, 4), round(value.high, 4), value.scenes]


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_whole(path, lambda file: file.write(text.getvalue().encode()))


def _write_picture(path: Path, panels: Sequence[Panel], columns: int) -> None:
    image = draw_panels(panels, columns)
    write_whole(path, partial(image.save, format="PNG", optimize=True))
