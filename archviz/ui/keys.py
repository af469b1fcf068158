"""Keys of widgets whose value the page changes too, not their user alone.

While something is computed, a fragment of the page polls, and each poll brings what the browser's widgets held when it
was sent. Where the page has changed a widget since then, the poll would take that back: Streamlit cannot tell it from
a click. So each change by the page gives the widget a new key, and what a poll says of the old one is of a widget that
is no more.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["keep_value", "lasting_widget", "put_value", "widget_key"]


def widget_key(name: str) -> str:
    """The key that a widget has now; also where its value is in ``st.session_state``."""
    turn = st.session_state.get(_turns(name), 0)
    return f"{name}_turn{turn}" if turn else name


def put_value(name: str, value: Any) -> None:
    """Let a widget have a value, before it is drawn; it is another widget where that is not its value now."""
    key = widget_key(name)
    if key in st.session_state and st.session_state[key] != value:
        del st.session_state[key]
        key = _new_key(name)
    # Even where it is the same: Streamlit forgets a widget that a run does not draw, but not what is put.
    st.session_state[key] = value


def lasting_widget(name: str, default: Any) -> tuple[str, Any]:
    """Key and default of a widget that outlasts runs without it; what it holds goes to :func:`keep_value`.

    Each time that it comes back it is another widget, whose default is what it held. The value is not put: a run that
    is interrupted behind that, as polls do, never tells the browser, which then shows the default.
    """
    start = f"start_of_{name}"
    if widget_key(name) not in st.session_state:
        st.session_state[start] = st.session_state.get(_kept(name), default)
        _new_key(name)
    return widget_key(name), st.session_state[start]


def keep_value(name: str, value: Any) -> None:
    """Keep what a lasting widget holds for when it comes back."""
    st.session_state[_kept(name)] = value


def _new_key(name: str) -> str:
    st.session_state[_turns(name)] = st.session_state.get(_turns(name), 0) + 1
    return widget_key(name)


def _kept(name: str) -> str:
    return f"kept_of_{name}"


def _turns(name: str) -> str:
    return f"turns_of_{name}"
