"""What was refused is said until it is done otherwise."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from archviz.core.errors import OptionError
    from archviz.ui.refusals import refusing, show_refusal

    def act(good: bool) -> None:
        with refusing("thing"):
            if not good:
                raise OptionError("*.txt")

    st.button("bad", key="bad", on_click=act, args=(False,))
    st.button("good", key="good", on_click=act, args=(True,))
    show_refusal("thing", lambda reason: f"refused: {reason}")
    show_refusal("another thing")


def test_a_refusal_is_said_until_it_is_done_otherwise() -> None:
    page = AppTest.from_function(_page).run()
    assert not page.error
    page.button(key="bad").click().run()
    for _ in range(2):
        (error,) = page.error
        assert error.value.replace("\\", "") == "refused: *.txt" != error.value, "as it is, not as Markdown"
        page.run()
    page.button(key="good").click().run()
    assert not page.exception and not page.error
