"""Keeps a worker process alive while the server runs."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from archviz.studio.home import StudioHome

__all__ = ["WorkerKeeper"]

# A worker that cannot even start must not be started a thousand times a second.
_PAUSE_S = 1.0
_LOG_BYTES = 5_000_000


class WorkerKeeper:
    """Starts the worker, and starts it again when it dies.

    Parameters
    ----------
    home
        The data folder.
    command
        The process; it ends when its standard input closes. Another one for tests.
    pause_s
        Between a death and the next start [s].
    """

    def __init__(self, home: StudioHome, *, command: Sequence[str] | None = None, pause_s: float = _PAUSE_S) -> None:
        self._home = home
        self._command = list(command or (sys.executable, "-m", "archviz.studio.worker", str(home.folder)))
        self._pause_s = pause_s
        self._ending = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._thread = threading.Thread(target=self._keep, name="archviz-worker-keeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the worker and wait for it."""
        self._ending.set()
        self._end_process()
        self._thread.join()

    def _keep(self) -> None:
        while not self._ending.is_set():
            with self._open_log() as log:
                process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    # The checkout's archviz, also where it is not installed.
                    cwd=Path(__file__).parents[2],
                )
            self.process = process
            self.starts += 1
            if self._ending.is_set():
                self._end_process()
            process.wait()
            if process.stdin is not None:
                with contextlib.suppress(OSError):
                    process.stdin.close()
            self._ending.wait(self._pause_s)

    def _end_process(self) -> None:
        process = self.process
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        try:
            process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            process.kill()

    def _open_log(self) -> IO[bytes]:
        path = self._home.worker_log
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")
