"""The side of strangers' files: one request is answered, in a process that can do nothing else."""

from __future__ import annotations

import json
import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from archviz.core.errors import InputError
from archviz.isolation.confine import confine
from archviz.isolation.limits import limit_process

__all__ = ["ANSWER", "MESSAGES", "REQUEST", "answer", "prepare"]

# Beside each other in the folder of a request.
REQUEST, ANSWER, MESSAGES = "request.json", "answer.json", "messages.txt"


def prepare(request: dict[str, Any]) -> None:
    """Import what a request needs: before memory is limited, since that is for the file alone."""
    for name in (request["module"], *request["libraries"]):
        import_module(name)


def answer(folder: Path, *, confined: bool = True) -> None:
    """Answer the request in a folder there.

    An error that is the file's is part of the answer; anything else ends the process, and the parent
    says so.

    Parameters
    ----------
    folder
        Holds the request; gets the answer, and the arrays that belong to it.
    confined
        Whether this process gives up everything else first.
    """
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    prepare(request)
    if confined:
        limit_process(memory_bytes=request["memory_bytes"], cpu_s=request["cpu_s"])
        confine(readable=[Path(path) for path in request["readable"]], writable=folder)
        # What a reader or its library puts down for a while goes where the process may write.
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    work = getattr(import_module(request["module"]), request["function"])
    found: dict[str, Any]
    try:
        found = work(request["arguments"], folder)
    except MemoryError:
        found = {"error": {"code": "memory"}}
    except InputError as error:
        found = {"error": {"code": error.code, "message": error.message}}
    (folder / ANSWER).write_text(json.dumps(found), encoding="utf-8")
