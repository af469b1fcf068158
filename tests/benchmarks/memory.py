"""Prints what the studio's worker holds of memory over many pictures: it should not grow.

Models, drawings, views, places of light and sizes take turns, so that nothing stays on the shelf for
long; the pictures go through the queue and the worker as a page's do, and are thrown away.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from archviz.core.size import Size
from archviz.diffusion import load_engine
from archviz.render import RenderRequest
from archviz.samples import sample_path
from archviz.studio import JobStore, StudioHome, new_id
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker

_SAMPLES = ("tube-house", "gable-house", "garden-villa", "school")
_VIEWS = ("front-left", "front", "aerial")
_LIGHTINGS = ("morning", "golden-hour", "night")
_ENVIRONMENTS = ("park", "tropical-garden", "snow", "river", "suburb")
_SIDES = (256, 320, 384)
# The first pictures fill the shelf, the allocator's pools and the libraries' caches.
_WARM = 20
_MOST_GROWTH = 1.05


def main() -> int:
    """Render, and compare the last fifth of the pictures with the first after the warm ones; 1 where it grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory", description=__doc__)
    parser.add_argument("--pictures", type=int, default=100)
    options = parser.parse_args()
    if options.pictures < 3 * _WARM:
        parser.error(f"--pictures {options.pictures}: at least {3 * _WARM} are needed to tell a trend")
    engine = load_engine("mini", device="cpu")
    held: list[float] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        store = JobStore(StudioHome(Path(folder)).prepare())
        worker = Worker(store, Executor(store, load=lambda *args, **kwargs: engine))
        session = new_id()
        for number in range(1, options.pictures + 1):
            side = _SIDES[number % len(_SIDES)]
            request = RenderRequest(
                input=sample_path(_SAMPLES[number % len(_SAMPLES)]),
                view=_VIEWS[number % len(_VIEWS)],
                lighting=_LIGHTINGS[number % len(_LIGHTINGS)],
                environment=_ENVIRONMENTS[number % len(_ENVIRONMENTS)],
                size=Size(height=side, width=side),
                seed=number,
            )
            store.submit(session, request)
            while worker.run_one():
                pass
            held.append(_resident_mib())
            if number % 10 == 0:
                print(f"{number:4d} pictures: {held[-1]:7.0f} MiB", flush=True)
    early, late = (statistics.median(part) for part in (held[_WARM : 2 * _WARM], held[-_WARM:]))
    print(
        f"{options.pictures} pictures in {time.monotonic() - started:.0f} s; median {early:.0f} MiB after the first"
        f" {_WARM}, {late:.0f} MiB at the end: {late / early:.3f}"
        f" (at most {_MOST_GROWTH:g}: {'yes' if late <= _MOST_GROWTH * early else 'NO'})"
    )
    return 0 if late <= _MOST_GROWTH * early else 1


def _resident_mib() -> float:
    """Memory that this process holds [MiB]."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


if __name__ == "__main__":
    sys.exit(main())
