"""Keys of widgets whose value the page changes too, not their user alone.

While something is computed, a fragment of the page polls, and each poll brings what the browser's widgets held when it
was sent. Where the page has changed a widget since then, the poll would take that back: Streamlit cannot tell it from
a click. So each change by the page gives the widget a new key, and what a poll says of the old one is of a widget that
is no more.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["lasting_value", "put_value", "widget_key"]


def widget_key(name: str) -> str:
    """The key that a widget has now; also where its value is in ``st.session_state``."""
    turn = st.session_state.get(_turns(name), 0)
    return f"{name}_turn{turn}" if turn else name


def put_value(name: str, value: Any) -> None:
    """Let a widget have a value, before it is drawn; it is another widget where that is not its value now."""
    key = widget_key(name)
    if key in st.session_state and st.session_state[key] != value:
        del st.session_state[key]
        st.session_state[_turns(name)] = st.session_state.get(_turns(name), 0) + 1
        key = widget_key(name)
    # Even where it is the same: Streamlit forgets a widget that a run does not draw, but not what is put.
    st.session_state[key] = value


def lasting_value(name: str, default: Any) -> Any:
    """What a widget with this key holds, or held when it was last drawn: to be its default, in every run.

    Streamlit forgets a widget that a run does not draw. A browser drops its field too, also where the run was cut short
    and the server forgets nothing; when the field is back it holds its default, and tells so.
    """
    kept = f"kept_of_{name}"
    st.session_state[kept] = st.session_state.get(name, st.session_state.get(kept, default))
    return st.session_state[kept]


def _turns(name: str) -> str:
    return f"turns_of_{name}"
