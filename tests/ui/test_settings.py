"""The server is for this computer only, wherever it is started."""

from __future__ import annotations

import tomllib
from pathlib import Path

from archviz import ui
from archviz.cli.studio import streamlit_command
from archviz.geometry.sniff import MAX_FILE_BYTES

ROOT = Path(__file__).parents[2]
PACKAGED = Path(ui.__file__).parent / ".streamlit" / "config.toml"


def test_checkout_and_package_have_the_same_settings() -> None:
    assert (ROOT / ".streamlit" / "config.toml").read_bytes() == PACKAGED.read_bytes()


def test_loopback_and_silence() -> None:
    settings = tomllib.loads(PACKAGED.read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["enableXsrfProtection"] is True and settings["server"]["enableStaticServing"] is False
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none", "no traceback is shown"
    assert settings["server"]["maxUploadSize"] * 10**6 == MAX_FILE_BYTES


def test_both_ways_in_run_the_same_page() -> None:
    page = next(word for word in streamlit_command(8501) if word.endswith(".py"))
    assert Path(page) == Path(ui.__file__).parent / "main.py"
    calls = [
        [line for line in Path(path).read_text(encoding="utf-8").splitlines() if line and not line.startswith('"')]
        for path in (page, ROOT / "app.py")
    ]
    assert calls[0] == calls[1] == ["from archviz.ui.page import show_page", "show_page()"]


def test_the_page_names_no_other_host() -> None:
    """Streamlit loads a page icon that is named, instead of given, from another host."""
    folder = Path(ui.__file__).parent
    source = (folder / "page.py").read_text(encoding="utf-8")
    assert "page_icon=str(_ICON)" in source and (folder / "icon.svg").is_file()
    for path in folder.rglob("*.py"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text and "https:" not in text, path
