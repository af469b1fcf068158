"""What a taken-over or broken reader might do: each is called in a child process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from archviz.core.errors import FileFormatError


def tell(arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Do one thing and tell what became of it."""
    try:
        return {"did": _ACTS[arguments["act"]](Path(arguments.get("path", folder)), folder)}
    except OSError as error:
        return {"failed": type(error).__name__}


def refuse(arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """An ordinary refusal."""
    raise FileFormatError("the house\nhas no roof")


def _connect(path: Path, _: Path) -> object:
    with socket.create_connection(("127.0.0.1", int(path.name)), timeout=2):
        return True


def _write(path: Path, _: Path) -> object:
    return path.write_bytes(b"x")


def _own(_: Path, folder: Path) -> object:
    (folder / "sub").mkdir()
    (folder / "sub" / "a").write_bytes(b"x")
    (folder / "sub" / "a").unlink()
    (folder / "sub").rmdir()
    return "done"


def _thread(_: Path, __: Path) -> object:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    return "done"


def _big_file(_: Path, folder: Path) -> object:
    with (folder / "big").open("wb") as file:
        return file.truncate(1 << 30)


def _many_files(_: Path, folder: Path) -> object:
    return len([(folder / str(i)).open("wb") for i in range(1000)])


def _sleep(_: Path, __: Path) -> object:
    time.sleep(60)
    return "woke"


def _spin(_: Path, __: Path) -> object:
    while True:
        pass


def _lie(_: Path, folder: Path) -> object:
    """Answer oneself, and say nothing."""
    (folder / "answer.json").write_text("[" * 100_000)
    os._exit(0)


_ACTS: dict[str, Callable[[Path, Path], object]] = {
    "connect": _connect,
    "socket": lambda *_: socket.socket().fileno(),
    "local socket": lambda *_: socket.socketpair()[0].fileno(),
    "read": lambda path, _: len(path.read_bytes()),
    "write": _write,
    "list": lambda path, _: sorted(p.name for p in path.iterdir()),
    "delete": lambda path, _: path.unlink(),
    "chmod": lambda path, _: path.chmod(0o777),
    "touch": lambda path, _: os.utime(path),
    "link": lambda path, folder: (folder / "link").symlink_to(path),
    "fork": lambda *_: os.fork(),
    "run": lambda *_: subprocess.run(["true"], check=False).returncode,
    "kill": lambda *_: os.kill(os.getppid(), signal.SIGTERM),
    "own folder": _own,
    "thread": _thread,
    "big file": _big_file,
    "many files": _many_files,
    "memory": lambda *_: len(np.ones(1 << 28)),
    "crash": lambda *_: os.abort(),
    "leave": lambda *_: os._exit(3),
    "fault": lambda *_: 1 // 0,
    "sleep": _sleep,
    "spin": _spin,
    "lie": _lie,
}
