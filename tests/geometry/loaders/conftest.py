"""Loader tests run the reader in this process: a child each would take most of their time."""

from __future__ import annotations

import pytest

from archviz.isolation import child, reading


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_run", lambda folder, *_: child.answer(folder, confined=False))
