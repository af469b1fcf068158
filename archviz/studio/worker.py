"""The worker: the one process that owns the engines and takes the jobs, one at a time.

Run as ``python -m archviz.studio.worker FOLDER`` with a pipe as its standard input; it ends when the
pipe does, so that it never outlives the server that started it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from archviz.core.errors import ArchvizError, InputError
from archviz.studio.executor import Cancelled, Executor
from archviz.studio.home import StudioHome
from archviz.studio.jobs import Job
from archviz.studio.library import Library
from archviz.studio.store import JobStore
from archviz.studio.thumbnails import make_missing_thumbnail

__all__ = ["Worker", "hold_lock"]

_POLL_S = 0.15
_LOCK_POLL_S = 0.5
_BETWEEN_STEPS = 3
# A step or a reading may take long; whoever cancels does not wait for it, and the next worker starts in seconds.
_DEAF_S = 8.0
# The page must stay quick while pictures are made on the same cores.
_NICENESS = 5
_log = logging.getLogger("archviz.studio.worker")


class Worker:
    """Takes jobs from a store and carries them out.

    Parameters
    ----------
    store
        The queue.
    executor
        What carries them out.
    """

    def __init__(self, store: JobStore, executor: Executor) -> None:
        self.store = store
        self.executor = executor

    def run_one(self) -> bool:
        """Carry out the next job; False where there is none."""
        return self.carry_out(self.store.claim())

    def run_between(self) -> None:
        """Carry out what is quick between two steps of a picture: at most a reading, a view and a preview."""
        for _ in range(_BETWEEN_STEPS):
            if not self.carry_out(self.store.claim(quick=True)):
                return

    def carry_out(self, job: Job | None) -> bool:
        """Carry out a claimed job and settle it; False where there is none."""
        if job is None:
            return False
        try:
            self.executor.execute(job, between=self.run_between if job.kind == "render" else None)
        except Cancelled:
            self.store.drop(job)
        except InputError as error:
            self.store.fail(job, _without_folders(error, job))
        except ArchvizError as error:
            _log.exception("job %s", job.id)
            self.store.fail(job, f"{error}; this is a failure of archviz, please report it")
        except Exception as error:
            _log.exception("job %s", job.id)
            reason = f"{type(error).__name__}: {error}"
            self.store.fail(job, f"{reason}; this is a failure of archviz, please report it")
        else:
            self.store.finish(job)
        return True

    def recover(self) -> None:
        """Settle what a worker that died had begun: its job, and the files that it left half written."""
        self.store.recover()
        Library(self.store.database).purge()
        self.executor.sweep()

    def run(self) -> None:
        """Work until the process ends; what nobody waits for is done when the queue is empty."""
        self.recover()
        prepared = False
        while True:
            if self.run_one():
                continue
            if prepared:
                time.sleep(_POLL_S)
            else:
                prepared = not self._prepare()

    def _prepare(self) -> bool:
        return make_missing_thumbnail(self.store.home, self.executor) or self.executor.warm()


@contextlib.contextmanager
def hold_lock(home: StudioHome) -> Iterator[None]:
    """Wait until no other worker serves the data folder, then keep others waiting.

    The lock is SQLite's own on an empty file: the system gives it back when the process dies, however it dies.
    """
    lock = sqlite3.connect(home.worker_lock, timeout=0, isolation_level=None)
    with contextlib.closing(lock):
        while True:
            try:
                lock.execute("BEGIN EXCLUSIVE")
                break
            except sqlite3.OperationalError:
                time.sleep(_LOCK_POLL_S)
        yield


def _without_folders(error: InputError, job: Job) -> str:
    """The message with the file's name alone: the reader does not know where the server put it."""
    path = job.request.input
    return str(error) if path is None else str(error).replace(str(path), path.name)


def _end_with_server() -> None:
    """Ends the process when the server's end of the pipe closes, in the middle of a picture too."""
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin.buffer.read(1):
            pass
    os._exit(0)


def _end_if_deaf(store: JobStore) -> None:
    """Ends the process where a cancelled picture is still worked at after a while: its keeper starts another."""
    since: dict[str, float] = {}
    while True:
        time.sleep(_LOCK_POLL_S)
        with contextlib.suppress(ArchvizError):
            since = {job: since.get(job, time.monotonic()) for job in store.unheard()}
            if any(time.monotonic() - first > _DEAF_S for first in since.values()):
                _log.warning("cancelled and not heard for %g s: ends", _DEAF_S)
                os._exit(1)


def _main() -> None:
    home = StudioHome(Path(sys.argv[1])).prepare()
    threading.Thread(target=_end_with_server, daemon=True).start()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with hold_lock(home):
        store = JobStore(home)
        threading.Thread(target=_end_if_deaf, args=(store,), daemon=True).start()
        Worker(store, Executor(store)).run()


if __name__ == "__main__":
    _main()
