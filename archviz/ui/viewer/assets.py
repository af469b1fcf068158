"""The viewer's files for the browser: ours, and three.js from the package that carries it."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.components.v1 import declare_component

from archviz.ui.dated import dated

__all__ = ["THREE_FILES", "find_three", "mount_viewer"]

_FOLDER = Path(__file__).with_name("js")
# Carries the files of npm's three 0.180.0 (MIT), unchanged, and depends on nothing.
_CARRIER = "ifc_console_viewer"
# What npm published: other bytes are not run in the user's browser.
THREE_FILES: Mapping[str, str] = MappingProxyType(
    {
        "three.module.min.js": "e2b5ee6bccd38fd6d8a2428546b83c5f2426d84b152ef82be8055556e3b40eb6",
        "three.core.min.js": "61ba0df005b05991361d040d8ff670e1aadfd0ce7aeebd1fdb0725957a8957de",
    }
)
_NAME = "archviz_viewer"
# Streamlit runs a component's script as a blob; ours are modules that find one another by their addresses.
_LOADER = """
export default async function (component) {
  const { show } = await import(new URL(component.data.module, document.baseURI));
  return show(component);
}
"""


@st.cache_resource(show_spinner=False)  # type: ignore[untyped-decorator]
def find_three() -> Path | None:
    """The folder that holds three.js; ``None`` where it is not installed or not the release we know."""
    spec = importlib.util.find_spec(_CARRIER)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "static" / "vendor"
    for name, sha256 in THREE_FILES.items():
        try:
            data = (folder / name).read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            return None
    return folder


def mount_viewer(three: Path, data: Mapping[str, Any], *, key: str, on_event: Any) -> None:
    """Put the viewer on the page.

    Parameters
    ----------
    three
        As :func:`find_three` answers.
    data
        What :mod:`archviz.ui.viewer.payload` writes.
    key
        Of the component; its ``event`` in the session's state is ``{"name", "value"}``.
    on_event
        Called when there is one.
    """
    # Streamlit serves a declared component's folder: only these two, and nothing of the user's.
    own = declare_component("js", path=_FOLDER)
    declare_component("three", path=three)
    module = f"component/{own.name}/main.js"
    _component()(key=key, data=dated(key, {**data, "module": module}), on_event_change=on_event)


@functools.cache
def _component() -> Any:
    style = (_FOLDER / "style.css").read_text(encoding="utf-8")
    return st.components.v2.component(_NAME, css=style, js=_LOADER)
