"""``archviz app --share``: refused without a password and an own address, and never with a weak one."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from archviz.cli import main
from archviz.cli.studio import streamlit_command
from archviz.studio import sharing
from archviz.studio.sharing import PasswordHash

LAN = "192.168.1.20"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """What would have been started, on a computer with an address in a local network."""
    runs: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], check: bool) -> Any:
        runs.append((command, env))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("archviz.cli.studio.subprocess.run", run)
    monkeypatch.setattr(sharing, "find_local_address", lambda: LAN)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    monkeypatch.delenv("ARCHVIZ_SHARE_PASSWORD", raising=False)
    return runs


def test_without_share_it_is_for_this_computer(started: list[tuple[list[str], dict[str, str]]]) -> None:
    assert main(["app"]) == 0
    ((command, environment),) = started
    assert "--server.address=127.0.0.1" in command and "ARCHVIZ_SHARE_HASH" not in environment


def test_shared_at_one_address_with_the_hash_alone(
    started: list[tuple[list[str], dict[str, str]]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ARCHVIZ_SHARE_PASSWORD", "mái ngói đỏ")
    assert main(["app", "--share"]) == 0
    ((command, environment),) = started
    assert f"--server.address={LAN}" in command and "--server.enableXsrfProtection=true" in command
    assert command[4].endswith("shared.py") and environment["ARCHVIZ_SHARE_ADDRESS"] == f"{LAN}:8501"
    assert "ARCHVIZ_SHARE_PASSWORD" not in environment and "mái ngói đỏ" not in " ".join(command)
    assert PasswordHash.from_text(environment["ARCHVIZ_SHARE_HASH"]).fits("mái ngói đỏ")
    said = capsys.readouterr().err
    assert f"http://{LAN}:8501" in said and "has the password" in said and "not encrypted" in said


@pytest.mark.parametrize(
    ("password", "options", "said"),
    [
        (None, ["--share"], "--share needs a password; set ARCHVIZ_SHARE_PASSWORD"),
        ("too short", ["--share"], "9 letters is not accepted; give 10"),
        ("long enough here", ["--share", "0.0.0.0"], "not in a local network"),
    ],
)
def test_refusals(
    started: list[tuple[list[str], dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    password: str | None,
    options: list[str],
    said: str,
) -> None:
    if password is not None:
        monkeypatch.setenv("ARCHVIZ_SHARE_PASSWORD", password)
    assert main(["app", *options]) == 2
    assert said in capsys.readouterr().err and not started


def test_the_shared_page_is_behind_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    from archviz.ui.gate import PasswordGate

    monkeypatch.setenv("ARCHVIZ_SHARE_HASH", PasswordHash.of("mái ngói đỏ").to_text())
    monkeypatch.setenv("ARCHVIZ_SHARE_ADDRESS", f"{LAN}:8501")
    app = runpy.run_path(streamlit_command(8501, address=LAN)[4])["app"]
    (middleware,) = app._user_middleware
    assert middleware.cls is PasswordGate and middleware.kwargs["address"] == f"{LAN}:8501"
    import os

    assert "ARCHVIZ_SHARE_HASH" not in os.environ, "the worker does not inherit it"
