"""What a command says: results on stdout, progress and refusals on stderr."""

from __future__ import annotations

import contextlib
import json as json_module
import sys
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["Console"]


class Console:
    """Where a command's words go.

    Parameters
    ----------
    json
        One JSON object on stdout instead of lines.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self._out = sys.stdout

    @contextlib.contextmanager
    def clean_output(self) -> Iterator[None]:
        """Send what libraries print to stderr, so that stdout holds the result alone."""
        with contextlib.redirect_stdout(sys.stderr):
            yield

    def result(self, data: dict[str, Any], lines: Iterable[str]) -> None:
        """The command's one result: ``data`` with ``--json``, else ``lines``."""
        if self.json:
            self._out.write(json_module.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
        else:
            self._out.write("".join(f"{line}\n" for line in lines))
        self._out.flush()

    def progress(self, text: str) -> None:
        """One line of progress."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def refuse(self, code: str, message: str) -> None:
        """Why the command did not do its work: one sentence."""
        sentence = " ".join(message.split())
        if self.json:
            self.result({"error": {"code": code, "message": sentence}}, ())
        else:
            self.progress(f"archviz: {sentence}")
