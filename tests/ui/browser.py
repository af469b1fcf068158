"""A studio of its own and a real Chromium in front of it, for the tests marked ``browser``."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["CHROMIUM", "PATIENCE_MS", "keep_picture", "open_browser", "open_browsers", "run_studio"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Never waited out where all is well; a busy machine starts processes slowly.
PATIENCE_MS = 300_000
# WebGL without a graphics card, and the page itself not by WebGL: it would take a whole processor core, before all
# others, as long as anything on it moves. As root there is no sandbox; what a browser asks for by itself finds no
# address.
_FLAGS = [
    *"--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update".split(),
    *"--disable-sync --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader".split(),
    "--disable-gpu-compositing",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
_ROOT = Path(__file__).parents[2]
# A picture of each step is kept here, where it is set.
_PICTURES = "ARCHVIZ_TEST_PICTURES"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


@contextmanager
def run_studio(home: Path) -> Iterator[str]:
    """The studio as ``archviz app`` serves it, with a home of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    from archviz.cli.studio import streamlit_command

    environment = {**os.environ, "ARCHVIZ_HOME": str(home), "PYTHONPATH": str(_ROOT)}
    log = (home.parent / "studio.log").open("wb")
    command = [*streamlit_command(port), "--server.headless=true"]
    server = subprocess.Popen(command, env=environment, cwd=_ROOT, stdout=log, stderr=log)
    try:
        address = f"http://localhost:{port}"
        _wait_for(f"{address}/_stcore/health", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=60)
        log.close()


@contextmanager
def open_browser(**options: Any) -> Iterator[Page]:
    """A page that may ask this computer for anything, and nobody else; complaints of its scripts fail the test."""
    with open_browsers(1, **options) as (page,):
        yield page


@contextmanager
def open_browsers(count: int, **options: Any) -> Iterator[list[Page]]:
    """So many visitors that share nothing, in one browser; otherwise as :func:`open_browser`."""
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="browser-") as folder, sync_playwright() as playwright:
        log = Path(folder) / "net.json"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_FLAGS, f"--log-net-log={log}"])
        try:
            pages = []
            for _ in range(count):
                page = browser.new_page(**{"viewport": {"width": 1280, "height": 800}, **options})
                page.set_default_timeout(PATIENCE_MS)
                page.on("request", lambda request: asked.append(request.url))
                page.on("websocket", lambda opened: asked.append(opened.url))
                page.on("pageerror", lambda error: wrong.append(str(error)))
                pages.append(page)
            yield pages
        finally:
            browser.close()
        reached = _reached(log)
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts and hosts <= set(_LOOPBACK), f"asked {sorted(map(str, hosts))}"
    assert reached and reached <= set(_LOOPBACK), f"reached {sorted(reached)}"
    assert not wrong, wrong


def _reached(log: Path) -> set[str]:
    """Every address that was connected to, by the browser's own log: for its workers too, which no page tells of."""
    said = json.loads(log.read_text(encoding="utf-8"))
    connected = said["constants"]["logEventTypes"]["TCP_CONNECT"]
    ends = (event.get("params", {}).get("remote_address") for event in said["events"] if event["type"] == connected)
    return {end.rpartition(":")[0] for end in ends if end}


def keep_picture(page: Page, name: str) -> None:
    """Keep what the browser shows, where a folder for it is named."""
    folder = os.environ.get(_PICTURES)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9-]', '-', name)}.png")


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise AssertionError(f"the studio ended with code {server.returncode}")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("the studio did not start")
