"""The path tracer's own process: Dr.Jit ends its process when memory runs out or a compiler fails.

It stays for the next picture, and ends with the process that started it. Jobs and answers go over a
socket; between passes the child asks whether it is to go on.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import InternalError
from archviz.light_transport.clay.paths import OnPass, TraceJob, trace_radiance

__all__ = ["Tracer", "serve", "tracer"]

_GO_ON, _STOP = b"go on", b"stop"
_MAIN = "import sys; from archviz.light_transport.clay.child import serve; serve(int(sys.argv[1]))"


class Tracer:
    """Hands jobs to the path tracer's process, one at a time; starts it where it is not there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pipe: Connection | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def trace(self, job: TraceJob, on_pass: OnPass | None = None) -> NDArray[np.float32]:
        """(H, W, 3) radiance of a job; see :func:`archviz.light_transport.clay.paths.trace_radiance`.

        Raises
        ------
        InternalError
            Its process ended, or Mitsuba refused the scene.
        """
        with self._lock:
            try:
                return self._ask(self._ready(), job, on_pass)
            except (EOFError, OSError) as error:
                code = self._end()
                raise InternalError(
                    f"the path tracer's process ended with {code}, perhaps for want of memory; choose a smaller size"
                ) from error

    def stop(self) -> None:
        """End the process; the next job starts another."""
        with self._lock:
            self._end()

    def _ask(self, pipe: Connection, job: TraceJob, on_pass: OnPass | None) -> NDArray[np.float32]:
        pipe.send(job)
        while True:
            kind, found = pipe.recv()
            if kind == "failed":
                raise InternalError(f"the path tracer failed: {found}")
            if kind == "done":
                radiance = np.frombuffer(pipe.recv_bytes(), dtype=np.float32)
                return radiance.reshape(*job.camera.size.shape, 3)
            try:
                if on_pass is not None:
                    on_pass(found, job.passes)
            except BaseException:
                pipe.send_bytes(_STOP)
                raise
            pipe.send_bytes(_GO_ON)

    def _ready(self) -> Connection:
        if self._pipe is not None and self.process is not None and self.process.poll() is None:
            return self._pipe
        self._end()
        ours, theirs = socket.socketpair()
        root = str(Path(__file__).resolve().parents[3])
        paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", _MAIN, str(theirs.fileno())],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # An interrupt is the parent's to handle: the child is told between passes.
                start_new_session=True,
            )
        self._pipe = Connection(ours.detach())
        return self._pipe

    def _end(self) -> str:
        """End the process where it still runs; returns how it ended."""
        if self._pipe is not None:
            self._pipe.close()
        process, self.process, self._pipe = self.process, None, None
        if process is None:
            return "no word"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        if process.poll() is None:
            process.kill()
            process.wait()
        code = int(process.returncode)
        return f"signal {-code}" if code < 0 else f"code {code}"


@functools.cache
def tracer() -> Tracer:
    """This process's own."""
    own = Tracer()
    atexit.register(own.stop)
    return own


class _StoppedError(Exception):
    """The parent wants no more of this picture."""


def serve(descriptor: int) -> None:
    """Answer jobs over a socket until the other end closes."""
    # The parent has gone: there is nobody to tell.
    with contextlib.suppress(EOFError, OSError):
        _serve(Connection(descriptor))


def _serve(pipe: Connection) -> None:
    def on_pass(done: int, _of: int) -> None:
        pipe.send(("pass", done))
        if pipe.recv_bytes() == _STOP:
            raise _StoppedError

    while True:
        job: TraceJob = pipe.recv()
        try:
            radiance = trace_radiance(job, on_pass)
        except _StoppedError:
            continue
        except (EOFError, OSError):
            raise
        except Exception as error:  # Mitsuba's own have no common class
            pipe.send(("failed", f"{type(error).__name__}: {error}"))
        else:
            pipe.send(("done", None))
            pipe.send_bytes(np.ascontiguousarray(radiance).tobytes())
