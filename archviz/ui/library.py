"""The library on the page: pictures found again, marked, shared and thrown away."""

from __future__ import annotations

from typing import Any

import streamlit as st

from archviz.presets import environments, lightings
from archviz.studio import Picture, Project
from archviz.ui.keys import put_value, widget_key
from archviz.ui.library_projects import LIBRARY_PROJECT, project_name, show_projects
from archviz.ui.proof import facts_of, show_proved
from archviz.ui.refusals import refusing, show_refusal
from archviz.ui.visit import Visit

__all__ = ["picture_caption", "show_library", "thumbnail_of"]

_COLUMNS = 4
_PAGE = 24
_ALL = ""


def show_library(visit: Visit) -> None:
    """Draw the library."""
    t = visit.texts
    show_projects(visit)
    _show_undo(visit)
    projects = {project.id: project for project in visit.projects.all(visit.session)}
    words, project, trashed = _show_search(visit, projects)
    asked: dict[str, Any] = {
        "project": project or None,
        "words": words,
        "favourites": bool(st.session_state.get("library_favourites")),
        "trashed": trashed,
    }
    page = st.session_state.setdefault("library_page", 0)
    found = visit.library.pictures(visit.session, limit=_PAGE + 1, offset=page * _PAGE, **asked)
    if trashed:
        _show_trash(visit, len(found))
    if not found:
        st.info(t("library.nothing" if words or project or asked["favourites"] or trashed else "library.empty"))
        return
    grid, panel = st.columns([3, 1], gap="large")
    with panel:
        chosen = visit.library.picture(visit.session, st.session_state.get("library_picture"))
        if chosen is None or (chosen.trashed_s is not None) != trashed:
            chosen = found[0]
        _show_chosen(visit, chosen, projects)
    with grid:
        for first in range(0, len(found[:_PAGE]), _COLUMNS):
            row = found[first : min(first + _COLUMNS, _PAGE)]
            for column, picture in zip(st.columns(_COLUMNS, gap="small"), row, strict=False):
                with column:
                    _show_card(visit, picture, now=picture.id == chosen.id)
        _show_pages(visit, page, more=len(found) > _PAGE)


def picture_caption(visit: Visit, picture: Picture) -> str:
    """Surroundings, light and how well the building was kept, in a line."""
    kept = (picture.summary.get("fidelity") or {}).get("edge_recall")
    said = [] if kept is None else [visit.texts("library.kept", value=f"{kept:.2f}")]
    return " · ".join([*_setting(visit, picture), *said])


def _setting(visit: Visit, picture: Picture) -> list[str]:
    presets = (environments().get(picture.summary.get("environment") or ""),)
    lights = (lightings().get(picture.summary.get("lighting") or ""),)
    return [visit.texts.own_name(preset) for preset in (*presets, *lights) if preset is not None]


def thumbnail_of(visit: Visit, picture: Picture) -> str | None:
    """The small picture's file, where it is still there."""
    path = visit.store.home.results / picture.id / "thumbnail.jpg"
    return str(path) if path.exists() else None


def _show_search(visit: Visit, projects: dict[str, Project]) -> tuple[str, str, bool]:
    t = visit.texts
    words, project, marks = st.columns([3, 2, 3], vertical_alignment="bottom")
    with words:
        st.text_input(
            t("library.search"),
            key="library_words",
            placeholder=t("library.search_hint"),
            on_change=_first_page,
            icon=":material/search:",
        )
    if st.session_state.get(widget_key(LIBRARY_PROJECT)) not in projects:
        put_value(LIBRARY_PROJECT, _ALL)
    project.selectbox(
        t("library.project"),
        [_ALL, *projects],
        format_func=lambda p: t("library.all_projects") if p == _ALL else project_name(visit, projects[p]),
        key=widget_key(LIBRARY_PROJECT),
        on_change=_first_page,
    )
    with marks, st.container(horizontal=True):
        st.toggle(t("library.favourites"), key="library_favourites", on_change=_first_page)
        trashed = st.toggle(t("library.trash"), key="library_trash", on_change=_first_page)
    return st.session_state["library_words"], st.session_state[widget_key(LIBRARY_PROJECT)], trashed


def _show_card(visit: Visit, picture: Picture, *, now: bool) -> None:
    with st.container(key=f"card_past_{'now' if now else 'old'}_library_{picture.number}"):
        if thumbnail := thumbnail_of(visit, picture):
            st.image(thumbnail, width="stretch")
        else:
            st.html(f'<div class="archviz-empty">{visit.texts("download.gone")}</div>')
        star = "★ " if picture.favourite else ""
        st.caption(f"{star}{picture_caption(visit, picture)}")
        st.button(
            visit.texts("history.open", number=picture.number),
            key=f"open_library_{picture.number}",
            on_click=_choose,
            args=(picture.id,),
        )


def _show_chosen(visit: Visit, picture: Picture, projects: dict[str, Project]) -> None:
    t = visit.texts
    path = visit.store.home.results / picture.id / "picture.png"
    if path.exists():
        show_proved(visit, picture, str(path), where="library")
    st.caption(" · ".join([*_setting(visit, picture), facts_of(visit, picture)]))
    if picture.request.prompt:
        st.text(picture.request.prompt)
    if picture.trashed_s is not None:
        st.button(
            t("library.restore"), key="library_restore", on_click=_restore, args=(visit, picture.id), width="stretch"
        )
        return
    st.button(
        t("library.open"),
        key="library_open",
        type="primary",
        on_click=_open,
        args=(visit, picture),
        width="stretch",
        icon=":material/tune:",
    )
    if not picture.own:
        st.caption(t("library.shared_with_you"))
        for text in filter(None, (picture.note, ", ".join(picture.tags))):
            st.text(text)
        return
    st.button(
        t("library.unmark" if picture.favourite else "library.mark"),
        key="library_mark",
        on_click=visit.library.set_favourite,
        args=(visit.session, picture.id, not picture.favourite),
        width="stretch",
        icon=":material/star:",
    )
    _show_words(visit, picture)
    own = [project.id for project in projects.values() if project.own]
    key = f"library_move_{picture.id}"
    st.session_state[key] = picture.project
    st.selectbox(
        t("library.project"),
        own,
        format_func=lambda p: project_name(visit, projects[p]),
        key=key,
        on_change=_move,
        args=(visit, picture.id, key),
    )
    st.button(
        t("library.throw_away"),
        key="library_throw",
        on_click=_throw_away,
        args=(visit, picture.id),
        width="stretch",
        icon=":material/delete:",
    )


def _show_words(visit: Visit, picture: Picture) -> None:
    """Note and tags: kept when the field is left."""
    t = visit.texts
    note, tags = f"library_note_{picture.id}", f"library_tags_{picture.id}"
    st.session_state.setdefault(note, picture.note)
    st.session_state.setdefault(tags, ", ".join(picture.tags))
    st.text_area(t("library.note"), key=note, height=80, on_change=_keep_words, args=(visit, picture.id, note, tags))
    st.text_input(
        t("library.tags"),
        key=tags,
        placeholder=t("library.tags_hint"),
        on_change=_keep_words,
        args=(visit, picture.id, note, tags),
    )
    show_refusal(_words_of(picture.id))


def _show_undo(visit: Visit) -> None:
    thrown = visit.library.picture(visit.session, st.session_state.get("library_thrown"))
    if thrown is None or thrown.trashed_s is None:
        return
    text, button = st.columns([5, 1], vertical_alignment="center")
    text.info(visit.texts("library.thrown_away", number=thrown.number))
    button.button(
        visit.texts("library.undo"),
        key="library_undo",
        on_click=_restore,
        args=(visit, thrown.id),
        icon=":material/undo:",
    )


def _show_trash(visit: Visit, count: int) -> None:
    t = visit.texts
    for project in visit.projects.all(visit.session, trashed=True):
        name, button = st.columns([5, 1], vertical_alignment="center")
        name.markdown(t("library.trashed_project", name=project_name(visit, project), count=project.pictures))
        button.button(
            t("library.restore"),
            key=f"library_restore_{project.id}",
            on_click=visit.projects.restore,
            args=(visit.session, project.id),
        )
        count += 1
    if count:
        with st.popover(t("library.empty_trash"), icon=":material/delete_forever:"):
            st.write(t("library.empty_trash_sure"))
            st.button(
                t("library.empty_trash_now"),
                key="library_empty_trash",
                on_click=visit.library.empty_trash,
                args=(visit.session,),
            )


def _show_pages(visit: Visit, page: int, *, more: bool) -> None:
    t = visit.texts
    with st.container(horizontal=True):
        if page > 0:
            st.button(t("library.newer"), key="library_newer", on_click=_turn, args=(-1,))
        if more:
            st.button(t("library.older"), key="library_older", on_click=_turn, args=(1,))


def _choose(picture_id: str) -> None:
    st.session_state["library_picture"] = picture_id


def _open(visit: Visit, picture: Picture) -> None:
    visit.open_picture(picture)
    visit.enter_room("design")


def _move(visit: Visit, picture_id: str, key: str) -> None:
    visit.library.move(visit.session, picture_id, st.session_state[key])


def _keep_words(visit: Visit, picture_id: str, note: str, tags: str) -> None:
    with refusing(_words_of(picture_id)):
        visit.library.set_note(visit.session, picture_id, st.session_state[note])
        visit.library.set_tags(visit.session, picture_id, st.session_state[tags].split(","))


def _words_of(picture_id: str) -> str:
    return f"words_{picture_id}"


def _throw_away(visit: Visit, picture_id: str) -> None:
    visit.library.trash(visit.session, picture_id)
    st.session_state["library_thrown"] = picture_id


def _restore(visit: Visit, picture_id: str) -> None:
    visit.library.restore(visit.session, picture_id)
    st.session_state.pop("library_thrown", None)


def _first_page() -> None:
    st.session_state["library_page"] = 0


def _turn(by: int) -> None:
    st.session_state["library_page"] += by
