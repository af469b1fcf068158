"""Prints how long a live preview takes from the click to its file, warm, and what of it goes where.

Each change is made to a house that was previewed before; the view that answers first is part of the time.
Processor time is printed beside the clock, for a machine that others use as well.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from archviz.diffusion import load_engine
from archviz.render import RenderRequest, renderer
from archviz.render.views import Views
from archviz.samples import sample_path
from archviz.studio import JobStore, StudioHome, new_id, preview_request, view_request
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker

_LIMIT_S = 1.5
_CHANGES: dict[str, dict[str, Any]] = {
    "sun": {"lighting": "noon"},
    "materials": {"materials": {"*": "red brick"}},
    "view": {"view": "front"},
    "environment": {"environment": "suburb"},
}


def main() -> int:
    """Measure one sample; fails where a change takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.preview", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each change, of which the best counts")
    parser.add_argument("--sample", default="gable-house")
    parser.add_argument("--change", choices=tuple(_CHANGES), help="one of them alone")
    parser.add_argument("--keep", type=Path, help="folder for the previews")
    options = parser.parse_args()
    shares = _Shares()
    shares.watch(renderer.Renderer, "_resolve", "resolve")
    shares.watch(Views, "stage", "stage")
    shares.watch(Views, "_rasterize", "rasterize")
    shares.watch(Views, "_light", "light")
    engine = load_engine("mini", device="cpu")
    shares.watch(engine, "generate", "engine")
    base = RenderRequest(input=sample_path(options.sample), environment="tropical-garden", lighting="morning")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {options.sample}")
    late = 0
    with tempfile.TemporaryDirectory() as folder:
        store = JobStore(StudioHome(Path(folder)).prepare())
        worker = Worker(store, Executor(store, load=lambda *args, **kwargs: engine))
        session = new_id()
        for name, change in _CHANGES.items():
            if options.change not in (None, name):
                continue
            runs = []
            for _ in range(options.runs):
                # The shelf keeps two of a kind: nothing of the changed request is left on it.
                for warm in (replace(base, lighting="overcast"), base) if options.change == "sun" else _others(base):
                    _preview(store, worker, session, warm)
                shares.spent.clear()
                clock, processor = time.perf_counter(), time.process_time()
                picture = _preview(store, worker, session, replace(base, **change))
                runs.append((time.perf_counter() - clock, time.process_time() - processor, dict(shares.spent)))
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / f"{name}.jpg").write_bytes(picture.read_bytes())
            seconds, processor_s, spent = min(runs, key=lambda run: run[0])
            late += seconds > _LIMIT_S
            parts = ", ".join(f"{part} {s:.2f}" for part, s in sorted(spent.items(), key=lambda item: -item[1]))
            print(f"{name:<12} {seconds:6.2f} s (processor {processor_s:.2f} s; {parts})", flush=True)
    print(f"under {_LIMIT_S:g} s: {'all' if not late else f'not {late}'}")
    return 1 if late else 0


def _preview(store: JobStore, worker: Worker, session: str, request: RenderRequest) -> Path:
    """What the page asks for when a choice changes, carried out."""
    store.submit(session, view_request(request), kind="view")
    job = store.submit(session, preview_request(request), kind="preview")
    while worker.run_one():
        pass
    return store.result_folder(job) / "picture.jpg"


def _others(base: RenderRequest) -> tuple[RenderRequest, ...]:
    return (replace(base, seed=1), replace(base, seed=2), base)


class _Shares:
    """Adds up the time within watched functions; a watched one within another counts for both."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    def watch(self, owner: Any, name: str, label: str) -> None:
        original: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                self.spent[label] += time.perf_counter() - started  # type: ignore[assignment]

        setattr(owner, name, timed)


if __name__ == "__main__":
    sys.exit(main())
