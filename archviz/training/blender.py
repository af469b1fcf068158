"""The process that path-traces: Blender's Python module in an environment of its own, asked by lines of JSON."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archviz.core.errors import InternalError, OptionError

__all__ = ["BPY_REQUIREMENTS", "BlenderProcess", "find_bpy_python"]

BPY_REQUIREMENTS = ("bpy==5.0.1", "numpy<2")
_WORKER = Path(__file__).parent / "cycles" / "worker.py"
_NICE = 10
# Blender keeps a little of every scene it has held.
_SCENES_PER_CHILD = 40


def find_bpy_python(cache: Path, *, create: bool = True) -> Path:
    """The Python that can import ``bpy``: ``<cache>/bpy-venv``, made where it is missing.

    Raises
    ------
    OptionError
        It is missing and may not or cannot be made.
    """
    python = cache / "bpy-venv" / "bin" / "python"
    if python.exists():
        return python
    base = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11")
    if not create or base is None:
        raise OptionError(
            f"{python.parent.parent}: no environment with bpy; make it with Python 3.11: "
            f"python3.11 -m venv {python.parent.parent} && {python} -m pip install {' '.join(BPY_REQUIREMENTS)}"
        )
    building = cache / "bpy-venv.part"
    shutil.rmtree(building, ignore_errors=True)
    subprocess.run([base, "-m", "venv", str(building)], check=True)
    install = [str(building / "bin" / "python"), "-m", "pip", "install", "--quiet", *BPY_REQUIREMENTS]
    subprocess.run(install, check=True)
    building.replace(cache / "bpy-venv")
    return python


class BlenderProcess:
    """The Blender process; started when it is first asked, and again after it died."""

    def __init__(self, python: Path, *, log: Path) -> None:
        self._python, self._log = python, log
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()
        self._asked = 0

    def __enter__(self) -> BlenderProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def ask(self, job: Mapping[str, Any], *, timeout_s: float) -> dict[str, Any]:
        if self._process is None or self._process.poll() is not None or self._asked >= _SCENES_PER_CHILD:
            self._end()
            self._start()
        process = self._process
        if process is None or process.stdin is None:
            raise InternalError("the path tracer's child did not start")
        self._asked += 1
        try:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            self._end()
            return {"error": f"the child died; see {self._log}"}
        try:
            line = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            line = ""
        if not line:
            self._end()
            return {"error": f"the child died or was silent for {timeout_s:g} s; see {self._log}"}
        return dict(json.loads(line))

    def _start(self) -> None:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        with open(self._log, "a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [str(self._python), "-I", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
                preexec_fn=_be_nice,
            )
        self._answers = queue.Queue()
        self._asked = 0
        threading.Thread(target=_listen, args=(self._process, self._answers), daemon=True).start()

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # What was not sent any more is flushed here, to a child that is gone.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._process = None


def _be_nice() -> None:
    os.nice(_NICE)


def _listen(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
    if process.stdout is not None:
        try:
            for line in process.stdout:
                answers.put(line)
        except ValueError:  # closed under us by _end
            pass
    answers.put("")
