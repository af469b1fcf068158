"""Kills a child process at each statement that it sends to SQLite, one after the other."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["killed_at_each_statement"]

_MOST = 200


def _run(action: Callable[[], object], at: int) -> None:
    count = 0

    def before_statement(_: str) -> None:
        nonlocal count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    class Watched(sqlite3.Connection):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.set_trace_callback(before_statement)

    real = sqlite3.connect
    sqlite3.connect = lambda *args, **options: real(*args, **options, factory=Watched)  # type: ignore[assignment]
    action()


def killed_at_each_statement(action: Callable[[], object]) -> Iterator[int]:
    """Yields the number of the statement that the child died before; ends once it lived."""
    for at in range(1, _MOST):
        process = multiprocessing.get_context("fork").Process(target=_run, args=(action, at))
        process.start()
        process.join()
        if process.exitcode == 0:
            assert at > 3, "the action wrote something"
            return
        assert process.exitcode == -signal.SIGKILL
        yield at
    raise AssertionError(f"more than {_MOST} statements")
