"""Loader tests run the reader in this process: a child each would take most of their time."""

from __future__ import annotations

from pathlib import Path

import pytest

from archviz.geometry import isolated
from archviz.geometry.loaders import __main__ as child


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "limit_process", lambda **_: None)
    monkeypatch.setattr(isolated, "run_reader", lambda command, **_: child.main(Path(command[-1])))
