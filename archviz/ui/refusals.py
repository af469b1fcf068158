"""Why something was refused: said beside it until it is done otherwise, however often the page is drawn anew.

A run of the page ends at its next step when the browser has asked for another, and polls ask for some unseen by the
visitor: what is said in one run alone may never be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from archviz.core.errors import ArchvizError
from archviz.ui.style import plain

__all__ = ["forget_refusal", "refuse", "refusing", "show_refusal"]


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Keep why what is done within was refused; once it is done, nothing of it is said any more.

    Parameters
    ----------
    what
        Stands for it, also where it is said.
    """
    try:
        yield
    except ArchvizError as error:
        refuse(what, str(error))
    else:
        forget_refusal(what)


def refuse(what: str, reason: str) -> None:
    """Let something be refused for a reason."""
    st.session_state[_key(what)] = reason


def forget_refusal(what: str) -> None:
    """Say no more of it."""
    st.session_state.pop(_key(what), None)


def show_refusal(what: str, words: Callable[[str], str] = str, *, say: Callable[[str], object] = st.error) -> None:
    """Say why it was refused, if it was.

    Parameters
    ----------
    words
        Around the reason, whose own are shown as they are, whatever they would do as Markdown.
    say
        How: as an error, where nothing else is.
    """
    if (reason := st.session_state.get(_key(what))) is not None:
        say(words(plain(reason)))


def _key(what: str) -> str:
    return f"refused_{what}"
