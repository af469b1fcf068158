"""The server is for this computer only, wherever it is started."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app

from archviz import ui
from archviz.cli.studio import streamlit_command
from archviz.geometry.sniff import MAX_FILE_BYTES
from archviz.ui.loopback import LoopbackDoor

ROOT = Path(__file__).parents[2]
PACKAGED = Path(ui.__file__).parent / ".streamlit" / "config.toml"


class _NoWorker:
    def __init__(self, home: object) -> None: ...

    def close(self) -> None: ...


def test_checkout_and_package_have_the_same_settings() -> None:
    assert (ROOT / ".streamlit" / "config.toml").read_bytes() == PACKAGED.read_bytes()


def test_loopback_and_silence() -> None:
    settings = tomllib.loads(PACKAGED.read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["enableXsrfProtection"] is True and settings["server"]["enableStaticServing"] is False
    assert settings["server"]["allowedHosts"] == ["localhost", "127.0.0.1"] and settings["server"]["enableCORS"] is True
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none", "no traceback is shown"
    assert settings["server"]["maxUploadSize"] * 10**6 == MAX_FILE_BYTES


def test_both_ways_in_serve_the_same_page_behind_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHVIZ_HOME", str(tmp_path))
    monkeypatch.setattr("archviz.ui.page.WorkerKeeper", _NoWorker)
    page = next(word for word in streamlit_command(8501) if word.endswith(".py"))
    assert Path(page) == Path(ui.__file__).parent / "main.py"
    for path in (Path(page), ROOT / "app.py"):
        assert discover_asgi_app(path).app_name == "app", "Streamlit serves it as it is written there"
        app = runpy.run_path(str(path), run_name="served")["app"]
        assert [middleware.cls for middleware in app._user_middleware] == [LoopbackDoor] and app.script_path == path
        drawn = AppTest.from_file(str(path), default_timeout=60).run()
        assert not drawn.exception and len(drawn.file_uploader) == 1, "drawn by itself it is the page"


def test_the_page_names_no_other_host() -> None:
    """Streamlit loads a page icon that is named, instead of given, from another host."""
    folder = Path(ui.__file__).parent
    source = (folder / "page.py").read_text(encoding="utf-8")
    assert "page_icon=str(_ICON)" in source and (folder / "icon.svg").is_file()
    for path in folder.rglob("*.py"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text and "https:" not in text, path
