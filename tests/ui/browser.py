"""A studio of its own and a real Chromium in front of it, for the tests marked ``browser``."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["CHROMIUM", "PATIENCE_MS", "keep_picture", "open_browser", "run_studio"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Never waited out where all is well; a busy machine starts processes slowly.
PATIENCE_MS = 180_000
# WebGL without a graphics card; as root there is no sandbox; nothing but the page is asked for.
_FLAGS = (
    "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    " --disable-sync --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader"
)
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
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS.split())
        try:
            page = browser.new_page(**{"viewport": {"width": 1280, "height": 800}, **options})
            page.set_default_timeout(PATIENCE_MS)
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            yield page
        finally:
            browser.close()
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts and hosts <= set(_LOOPBACK), f"asked {sorted(map(str, hosts))}"
    assert not wrong, wrong


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
