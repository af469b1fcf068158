"""Prints how long a light set takes, as a share of its pictures rendered one by one with the engine loaded.

Both ways start from the files and end with files: maps, light, text, diffusion, scores and writing are
included, and of the set its plan, its drift and its contact sheet too. They take turns in one process,
and medians count; processor time is printed beside the clock, for a machine that others use as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archviz.core.size import Size
from archviz.diffusion import load_engine
from archviz.render import Renderer, RenderRequest
from archviz.render.writing import write_result
from archviz.samples import sample_path
from archviz.studio.lightset import LightSetRun
from archviz.studio.set_members import LightSet

_LIMIT = 0.7
_ENVIRONMENTS = ("tropical-garden", "suburb")
_LIGHTINGS = ("morning", "golden-hour", "overcast", "night")


def main() -> int:
    """Measure one sample, two environments under four lights."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.light_set", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="turns of each way, of which the median counts")
    parser.add_argument("--sample", default="tube-house")
    parser.add_argument("--side", type=int, default=512, help="of the square pictures [pixels]")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    engine = load_engine("mini", device="cpu", threads=options.threads)
    light_set = LightSet(
        base=RenderRequest(input=sample_path(options.sample), size=Size(height=options.side, width=options.side)),
        environments=_ENVIRONMENTS,
        lightings=_LIGHTINGS,
    )
    requests = [member.request for member in light_set.members()]

    def renderer() -> Renderer:
        return Renderer(load=lambda *args, **kwargs: engine)

    def one_by_one(folder: Path) -> None:
        for number, request in enumerate(requests):
            write_result(folder / f"{number}.png", renderer().render(request))

    def as_a_set(folder: Path) -> None:
        LightSetRun(light_set, folder, renderer=renderer()).make()

    renderer().render(requests[0])  # warm
    times: dict[str, list[tuple[float, float]]] = {"one by one": [], "as a set": []}
    for _ in range(options.runs):
        for name, way in (("one by one", one_by_one), ("as a set", as_a_set)):
            times[name].append(_timed(way))
            print(
                f"{name}: {times[name][-1][0]:.2f} s by the clock, {times[name][-1][1]:.2f} s of processors", flush=True
            )
    print(f"{len(requests)} pictures of {options.sample}, {options.side} px, load {os.getloadavg()[0]:.1f}")
    medians = {}
    for name, found in times.items():
        medians[name] = [statistics.median(column) for column in zip(*found, strict=True)]
        print(f"{name:<12} {medians[name][0]:7.2f} s by the clock, {medians[name][1]:7.2f} s of processors")
    for at, what in enumerate(("by the clock", "of processors")):
        ratio = medians["as a set"][at] / medians["one by one"][at]
        print(f"ratio {what}: {ratio:.3f} (at most {_LIMIT}: {'yes' if ratio <= _LIMIT else 'NO'})")
    return 0


def _timed(work: Callable[[Path], None]) -> tuple[float, float]:
    """Seconds by the clock and of processors, those of child processes among them."""
    with tempfile.TemporaryDirectory() as folder:
        began, spent = time.perf_counter(), sum(os.times()[:4])
        work(Path(folder))
        return time.perf_counter() - began, sum(os.times()[:4]) - spent


if __name__ == "__main__":
    sys.exit(main())
