"""How long a picture still takes, from the steps that were measured."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archviz.core.errors import OptionError
from archviz.render.recipe import write_whole
from archviz.render.request import ResolvedRequest
from archviz.studio.jobs import Job
from archviz.studio.store import JobStore

__all__ = ["Pace", "Run", "time_left_s"]

# Weight of the latest step: a machine that gets busy is noticed within a few.
_LATEST = 0.4


@dataclass
class _Known:
    """What was measured of pictures of one engine and size.

    Parameters
    ----------
    steps
        That were taken last.
    step_s, first_s, rest_s
        One step; until the first step is done; after the last [s].
    """

    steps: int = 0
    step_s: float = 0.0
    first_s: float = 0.0
    rest_s: float = 0.0


class Pace:
    """Learns how long steps take; one for each worker."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], _Known] = {}

    def begin(self, store: JobStore, job: Job, resolved: ResolvedRequest) -> Run:
        """The picture is about to be painted; what is known of its like says how long it will take."""
        key = (resolved.engine, resolved.device, resolved.size)
        return Run(store, job, self._known.setdefault(key, _Known()))

    def forget(self, store: JobStore, job: Job) -> None:
        """The job has ended."""
        _path(store, job).unlink(missing_ok=True)


class Run:
    """One picture being painted.

    Parameters
    ----------
    store, job
        Whose.
    known
        What was measured before; what is measured now goes there too.
    """

    def __init__(self, store: JobStore, job: Job, known: _Known) -> None:
        self._store, self._job, self._known = store, job, known
        self._last_s = time.monotonic()
        if known.steps:
            self._say(known.first_s + (known.steps - 1) * known.step_s + known.rest_s)

    @contextlib.contextmanager
    def stepped(self, step: int, steps: int) -> Iterator[None]:
        """A step is done; what is done within the block is not the picture's own time."""
        known, took_s = self._known, time.monotonic() - self._last_s
        if step == 1:
            known.first_s = took_s
        else:
            known.step_s = took_s if known.step_s == 0 else known.step_s + _LATEST * (took_s - known.step_s)
        known.steps = steps
        # Before two steps are known the first, which prepares the others, is the best guess.
        self._say((steps - step) * (known.step_s or known.first_s) + (known.rest_s or known.step_s or known.first_s))
        try:
            yield
        finally:
            self._last_s = time.monotonic()

    def done(self) -> None:
        """The picture is painted and written."""
        self._known.rest_s = time.monotonic() - self._last_s

    def _say(self, left_s: float) -> None:
        text = json.dumps({"left_s": round(left_s, 2), "at_s": time.time()})
        # A figure that cannot be written costs no picture.
        with contextlib.suppress(OSError, OptionError):
            write_whole(_path(self._store, self._job), lambda file: file.write(text.encode("utf-8")))


def time_left_s(store: JobStore, job: Job) -> float | None:
    """How long a running picture still takes; ``None`` where nothing was measured yet [s]."""
    try:
        said = json.loads(_path(store, job).read_text(encoding="utf-8"))
        return max(0.0, float(said["left_s"]) - (time.time() - float(said["at_s"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(store: JobStore, job: Job) -> Path:
    return store.preview_path(job).with_suffix(".json")
