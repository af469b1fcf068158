"""Who looks at the page, and at what: kept in the page's address, so that a reload finds everything again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from archviz.studio import (
    Design,
    Job,
    JobStore,
    Library,
    Picture,
    Projects,
    SetStore,
    copy_design,
    find_design,
    new_id,
)
from archviz.studio.home import is_id
from archviz.ui.choices import DEFAULTS, carry_over, choices_of, defaults_for
from archviz.ui.keys import put_value, widget_key
from archviz.ui.texts import LANGUAGES, Language, Texts

__all__ = ["ROOM", "Visit", "choice_key", "current_choices", "set_choices"]

_PREFIX = "choice_"
# Of the widget that chooses the room.
ROOM = "room"


def choice_key(name: str) -> str:
    """The key of a choice's widget, as it is now."""
    return widget_key(f"{_PREFIX}{name}")


def current_choices() -> dict[str, Any]:
    """The value of every choice."""
    return {name: st.session_state[choice_key(name)] for name in DEFAULTS}


def set_choices(choices: dict[str, Any]) -> None:
    """Put values into the widgets, before they are drawn."""
    for name, value in choices.items():
        put_value(f"{_PREFIX}{name}", value)


@dataclass(frozen=True)
class Visit:
    """One run of the page.

    Parameters
    ----------
    store
        The queue.
    session
        The random key of this visitor's work; whoever has the address has the work.
    texts
        The page's language.
    """

    store: JobStore
    session: str
    texts: Texts

    @classmethod
    def of_page(cls, store: JobStore) -> Visit:
        """Read the address; what stands nowhere yet is made up and written there."""
        session = st.query_params.get("studio")
        if not is_id(session):
            session = st.query_params["studio"] = new_id()
        visit = cls(store, str(session), Texts(_language()))
        if choice_key("view") not in st.session_state:
            # A new page: after a reload the job in the address says what was chosen.
            job, design = visit.job, visit.design
            begun = defaults_for("model" if design is None else design.kind)
            set_choices(begun if job is None else choices_of(job.request))
            set_choices(visit.on_desk)
        else:
            # Streamlit forgets a widget that a run does not draw, and one whose options change their language.
            set_choices(current_choices())
        return visit

    @property
    def design(self) -> Design | None:
        """What is being worked on."""
        return find_design(self.store.home, self.session, st.query_params.get("design"))

    @property
    def job(self) -> Job | None:
        """The picture being looked at."""
        return self.store.get(self.session, st.query_params.get("job"))

    @property
    def on_desk(self) -> dict[str, Any]:
        """The choices of the drawing's last reading, which its address names; none where that is of another design."""
        design, reading = self.design, self.store.get(self.session, st.query_params.get("desk"))
        if design is None or reading is None or reading.kind != "reading" or reading.request.input != design.path:
            return {}
        return {"adjustments": reading.request.adjustments, "geometry": reading.request.geometry}

    @property
    def project(self) -> str | None:
        """The project that new pictures go to; the store sees whose it is."""
        return st.query_params.get("project")

    @property
    def library(self) -> Library:
        """The pictures of this visitor, and those shared with it."""
        return Library(self.store.database)

    @property
    def projects(self) -> Projects:
        """Its projects."""
        return Projects(self.store.database)

    @property
    def sets(self) -> SetStore:
        """Its sets."""
        return SetStore(self.store.database)

    def open_design(self, design: Design) -> None:
        """Work on a design."""
        for name in ("job", "desk"):
            st.query_params.pop(name, None)
        set_choices(carry_over(current_choices(), design.kind))
        # Last: a run of the page that another overtakes before has opened nothing, not half of it.
        st.query_params["design"] = design.id

    def close_design(self) -> None:
        """Go back to the start."""
        st.query_params.pop("design", None)
        st.query_params.pop("job", None)

    def enter_room(self, room: str) -> None:
        """Go to a room; from a callback, before the page is drawn."""
        st.query_params["room"] = room
        put_value(ROOM, room)

    def watch(self, job: Job) -> None:
        """Look at a picture."""
        st.query_params["job"] = job.id

    def open_job(self, job: Job, design_id: str) -> None:
        """Go back to a picture and the settings it was made with."""
        st.query_params["design"] = design_id
        # What the desk holds may be of before or after this picture.
        st.query_params.pop("desk", None)
        self.watch(job)
        set_choices(choices_of(job.request))

    def open_picture(self, picture: Picture) -> None:
        """Go back to a picture of the library: its design and the exact settings it was made with."""
        design_id = picture.design
        for name in ("job", "desk"):
            st.query_params.pop(name, None)
        if picture.own:
            st.query_params["job"] = picture.id
        else:
            # The settings are a guest's to take; the picture stays the owner's.
            copy_design(self.store.home, picture.owner, picture.design, self.session)
        st.query_params["design"] = design_id
        set_choices(choices_of(picture.request))


def _language() -> Language:
    asked = st.session_state.get("language") or st.query_params.get("lang")
    if asked is None:
        locale = str(st.context.locale or "")
        asked = "vi" if locale.startswith("vi") else "en"
    return asked if asked in LANGUAGES else "en"
