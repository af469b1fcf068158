"""Reading in a child process: what is asked, how it ends, and what is said where it fails."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archviz.core.errors import FileFormatError, GeometryError, InputError, OptionError
from archviz.isolation.child import ANSWER, MESSAGES, REQUEST
from archviz.isolation.limits import cpu_seconds_for, memory_for, wall_seconds_for
from archviz.isolation.server import Ended, last_messages, reader_environment, readers

__all__ = ["Task", "ask", "printable"]

_ERRORS: dict[str, type[InputError]] = {c.code: c for c in (FileFormatError, GeometryError, OptionError)}
_MAX_ANSWER_BYTES = 64_000_000
_LONGEST = 600


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a child process is to do.

    Parameters
    ----------
    module, function
        What is called, with ``arguments`` and the folder for its arrays; it returns a JSON object.
    arguments
        A JSON object.
    readable
        Files, and folders with all they hold, that it may read.
    libraries
        Imported before memory is limited.
    memory_bytes, cpu_s
        What it may take.
    """

    module: str
    function: str
    arguments: Mapping[str, Any]
    readable: tuple[Path, ...]
    libraries: tuple[str, ...] = ()
    memory_bytes: int = memory_for(0)
    cpu_s: float = cpu_seconds_for(0)


def ask(task: Task, folder: Path, *, shown: Path) -> dict[str, Any]:
    """The answer of a child process.

    Parameters
    ----------
    task
        What is asked.
    folder
        The child may write there, and nowhere else.
    shown
        The file as the user knows it, for messages.

    Raises
    ------
    FileFormatError, GeometryError, OptionError
        As the child says, or it crashed, hung, or took more memory or time than it may.
    """
    request = {
        "module": task.module,
        "function": task.function,
        "libraries": task.libraries,
        "arguments": task.arguments,
        "readable": [str(path) for path in task.readable],
        "memory_bytes": task.memory_bytes,
        "cpu_s": task.cpu_s,
    }
    (folder / REQUEST).write_text(json.dumps(request), encoding="utf-8")
    for left in (ANSWER, MESSAGES):
        (folder / left).unlink(missing_ok=True)
    _run(folder, task, shown)
    found = _answer(folder, shown)
    error = found.get("error")
    if error is None:
        return found
    if error.get("code") == "memory":
        raise _out_of_memory(shown, task)
    message = printable(str(error.get("message")))
    kind = _ERRORS.get(str(error.get("code")), FileFormatError)
    raise kind(message if kind is OptionError else f"{shown}: {message}")


def printable(text: str) -> str:
    """A stranger's text in one line that a terminal and a page can show, its middle left out where it is long."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} ... {line[-_LONGEST // 2 :]}"


def _run(folder: Path, task: Task, shown: Path) -> None:
    """Start a child and wait for its end; raise where that is not the usual one."""
    timeout_s = wall_seconds_for(task.cpu_s)
    ended = readers().run(folder, timeout_s) if sys.platform == "linux" else _run_alone(folder, timeout_s)
    if ended is None:
        raise FileFormatError(f"{shown}: reading took more than {timeout_s:g} s; simplify or repair the model")
    if ended.code == 0:
        return
    if ended.code in (-getattr(signal, "SIGXCPU", 0), -getattr(signal, "SIGKILL", 0)) and ended.code:
        raise FileFormatError(f"{shown}: reading took too much time or memory; simplify or repair the model")
    if any(word in ended.messages for word in (b"MemoryError", b"bad_alloc", b"memory allocation of")):
        raise _out_of_memory(shown, task)
    raise FileFormatError(f"{shown}: the reader crashed on this file; repair it or export another format")


def _run_alone(folder: Path, timeout_s: float) -> Ended | None:
    """A process of its own, where the system cannot copy one."""
    command = [sys.executable, "-P", "-m", "archviz.isolation", str(folder)]
    try:
        with (folder / MESSAGES).open("wb") as messages:
            done = subprocess.run(
                command,
                env=reader_environment(),
                stdin=subprocess.DEVNULL,
                stdout=messages,
                stderr=messages,
                timeout=timeout_s,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return None
    return Ended(code=done.returncode, messages=last_messages(folder))


def _answer(folder: Path, shown: Path) -> dict[str, Any]:
    """The child's words, which are a stranger's as long as its file may have taken it over."""
    path = folder / ANSWER
    try:
        if path.is_symlink() or path.stat().st_size > _MAX_ANSWER_BYTES:
            raise ValueError("too long")
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not isinstance(found.get("error", {}), dict):
            raise ValueError("not an object")
    except (OSError, ValueError, RecursionError) as error:
        raise FileFormatError(
            f"{shown}: the reader gave no answer; repair the file or export another format"
        ) from error
    return found


def _out_of_memory(shown: Path, task: Task) -> FileFormatError:
    return FileFormatError(
        f"{shown}: reading needs more than the {task.memory_bytes >> 20} MiB its size allows; simplify or repair it"
    )
