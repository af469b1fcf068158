"""The process that stands ready to read: started once, with its libraries imported once."""

from __future__ import annotations

import atexit
import functools
import os
import socket
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from archviz.core.errors import InternalError
from archviz.isolation.child import MESSAGES

__all__ = ["Ended", "Readers", "last_messages", "reader_environment", "readers"]

_MESSAGE_BYTES = 20_000
_STOP_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a reading process ended.

    Parameters
    ----------
    code
        Its exit code, or minus the number of the signal that ended it.
    messages
        The end of what it and its libraries wrote.
    cpu_s
        Processor time it took [s].
    memory_bytes
        Most memory it held, with what it shares with the server.
    """

    code: int
    messages: bytes = b""
    cpu_s: float = 0.0
    memory_bytes: int = 0


def reader_environment() -> dict[str, str]:
    """Variables for a reading process."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    # One thread: each thread of a numerical library would reserve address space of its own.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": os.pathsep.join(paths)}


class Readers:
    """A server of reading processes; it ends with the process that made it, whatever ends that."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def run(self, folder: Path, timeout_s: float) -> Ended | None:
        """Answer the request in a folder in a process of its own.

        Parameters
        ----------
        folder
            Holds the request.
        timeout_s
            How long it may take [s].

        Returns
        -------
        Ended or None
            ``None`` where it did not end in time; it is killed then.
        """
        report = self._ask(folder, timeout_s)
        if report == b"" and not last_messages(folder):
            # The server itself was ended, for want of memory or by hand: another takes its place, once.
            report = self._ask(folder, timeout_s)
        if report is None:
            return None
        if len(report) != struct.calcsize("idq"):
            return Ended(code=1, messages=last_messages(folder))
        status, cpu_s, kib = struct.unpack("idq", report)
        return Ended(
            code=os.waitstatus_to_exitcode(status), messages=last_messages(folder), cpu_s=cpu_s, memory_bytes=kib << 10
        )

    def _ask(self, folder: Path, timeout_s: float) -> bytes | None:
        """The server's report; empty where it has none, ``None`` where it is late."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._send(folder, theirs)
            ours.settimeout(timeout_s)
            try:
                return ours.recv(64)
            except TimeoutError:
                return None
            except ConnectionError:
                return b""

    def stop(self) -> None:
        """End the server and whatever it reads; the next request starts another."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                try:
                    self._process.wait(_STOP_S)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._process = self._control = None

    def _send(self, folder: Path, end: socket.socket) -> None:
        for _ in range(2):
            with self._lock:
                if self._control is None or self._process is None or self._process.poll() is not None:
                    self._start()
                assert self._control is not None
                try:
                    socket.send_fds(self._control, [os.fsencode(folder)], [end.fileno()])
                    return
                except OSError:
                    # It died between the question and the request.
                    self._control.close()
                    self._control = None
        raise InternalError("the process that reads files does not start; reinstall archviz")

    def _start(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "archviz.isolation", "--serve", str(theirs.fileno())],
                env=reader_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours


@functools.cache
def readers() -> Readers:
    """This process's own."""
    own = Readers()
    atexit.register(own.stop)
    return own


def last_messages(folder: Path) -> bytes:
    """The end of what the process of a folder wrote."""
    try:
        with (folder / MESSAGES).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _MESSAGE_BYTES))
            return file.read()
    except OSError:
        return b""
