"""``archviz lightset``: many pictures of designs, environments, views, lights and seeds in one folder."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from archviz.cli import pictures
from archviz.cli.console import Console
from archviz.cli.values import parse_date, parse_list, parse_number, parse_time, request_from
from archviz.core.errors import OptionError
from archviz.diffusion import StepReport
from archviz.studio.lightset import LightSetRun
from archviz.studio.set_folder import MANIFEST, Record
from archviz.studio.set_members import LightSet

__all__ = ["run_lightset"]

# Options that are lists here and single values in a request.
_AXES = {"input": None, "environment": None, "lighting": None, "view": None, "seed": "0"}

_BELOW = 1


def run_lightset(options: argparse.Namespace, console: Console) -> int:
    """``archviz lightset``."""
    folder = Path(options.output)
    run = LightSetRun(_light_set(options), folder, renderer=pictures.make_renderer(), resume=options.resume)
    pictures.say(console, run.assumptions, run.warnings)
    if run.kept:
        console.progress(f"{run.kept} of {len(run.members)} pictures were finished before")
    current = ""

    def on_picture(file: str, number: int, count: int) -> None:
        nonlocal current
        current = f"{file} ({number} of {count})"
        console.progress(current)

    def on_step(step: StepReport) -> None:
        console.progress(f"{current}: step {step.step} of {step.steps}")

    try:
        made = run.make(on_picture=on_picture, on_step=on_step)
    except KeyboardInterrupt:
        done = sum(record.recipe_sha256 is not None for record in run.records)
        raise KeyboardInterrupt(
            f"interrupted; {done} of {len(run.members)} pictures are finished, go on with --resume"
        ) from None
    later = run.numerics_warnings()
    pictures.say(console, (), later)
    least = run.min_fidelity
    below = [record.file for record in run.records if least is not None and not _has(record, least)]
    data = {
        "folder": str(folder),
        "manifest": str(folder / MANIFEST),
        "contact_sheets": [str(path) for path in run.sheets],
        "pictures": len(run.members),
        "made": made,
        "kept": run.kept,
        "members": [record.to_json() for record in run.records],
        "min_fidelity": least,
        "below": below,
        "assumptions": list(run.assumptions),
        "warnings": [*run.warnings, *later],
    }
    lines = [f"{folder}: {len(run.members)} pictures, {made} made, {run.kept} kept; {run.sheets[0]}"]
    if below:
        lines.append(f"min-fidelity {least:g}: not reached by {', '.join(below)}")
    console.result(data, lines)
    return _BELOW if below else 0


def _has(record: Record, least: float) -> bool:
    """Whether a picture has the fidelity that was asked for."""
    recall = (record.fidelity or {}).get("edge_recall")
    return recall is not None and recall >= least


def _light_set(options: argparse.Namespace) -> LightSet:
    base = request_from(argparse.Namespace(**(vars(options) | _AXES)))
    seeds = parse_list("seed", options.seed)
    return LightSet(
        base=base,
        inputs=tuple(Path(text) for text in options.input),
        environments=parse_list("environment", options.environment),
        views=parse_list("view", options.view),
        lightings=parse_list("lighting", options.lighting),
        hours=_hours(options),
        seeds=tuple(parse_number("seed", seed, int) for seed in seeds),
    )


def _hours(options: argparse.Namespace) -> tuple[datetime, ...]:
    """The moments of ``--hours`` on the day of ``--date``."""
    if (options.hours is None) != (options.date is None):
        missing = "--date YYYY-MM-DD" if options.date is None else "--hours 06:00,09:00"
        given = f"date {options.date}" if options.hours is None else f"hours {options.hours}"
        raise OptionError(f"{given} alone says no moment; give {missing} too")
    if options.hours is None:
        return ()
    day = parse_date(options.date)
    return tuple(datetime.combine(day, parse_time(text)) for text in parse_list("hours", options.hours))
