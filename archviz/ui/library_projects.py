"""Projects on the page: which one new pictures go to, its name, and who else may look."""

from __future__ import annotations

import streamlit as st

from archviz.studio import Project
from archviz.ui.keys import put_value, widget_key
from archviz.ui.refusals import refusing, show_refusal
from archviz.ui.visit import Visit

__all__ = ["LIBRARY_PROJECT", "project_name", "show_projects"]

# Whose pictures the library shows.
LIBRARY_PROJECT = "library_project"
_PROJECT = "project"
_NOW, _NEW, _JOIN = "project_now", "project_new", "project_join"


def project_name(visit: Visit, project: Project) -> str:
    """A project's name; the first one of a session has none of its own."""
    t = visit.texts
    name = project.name or t("project.first")
    return name if project.own else t("project.of_another", name=name)


def show_projects(visit: Visit) -> None:
    """Draw the projects, and take the key that a shared link brings."""
    t = visit.texts
    if (key := st.query_params.get("share")) is not None:
        del st.query_params["share"]
        joined = visit.projects.join(visit.session, key)
        if joined is None:
            st.error(t("project.no_such_key"))
        else:
            put_value(LIBRARY_PROJECT, joined.id)
    own = {project.id: project for project in visit.projects.all(visit.session) if project.own}
    with st.expander(t("project.heading"), icon=":material/folder:"):
        left, right = st.columns(2, gap="large")
        with left:
            if own:
                _show_current(visit, own)
            st.text_input(t("project.new"), key=widget_key(_NEW), on_change=_create, args=(visit,))
            show_refusal(_PROJECT)
        with right:
            _show_sharing(visit, own)


def _show_current(visit: Visit, own: dict[str, Project]) -> None:
    t = visit.texts
    # Where new pictures go when the address names none is the nameless one, else the newest.
    nameless = next((project.id for project in own.values() if not project.name), next(iter(own)))
    put_value(_NOW, visit.project if visit.project in own else nameless)
    now = own[st.session_state[widget_key(_NOW)]]
    st.selectbox(
        t("project.current"),
        list(own),
        format_func=lambda p: project_name(visit, own[p]),
        key=widget_key(_NOW),
        on_change=_switch,
    )
    key = f"project_name_{now.id}"
    st.session_state.setdefault(key, now.name)
    st.text_input(t("project.rename"), key=key, on_change=_rename, args=(visit, now.id, key))
    st.button(
        t("project.throw_away"),
        key="project_throw",
        on_click=visit.projects.trash,
        args=(visit.session, now.id),
        icon=":material/delete:",
    )


def _show_sharing(visit: Visit, own: dict[str, Project]) -> None:
    t = visit.texts
    now = own.get(st.session_state.get(widget_key(_NOW), ""))
    if now is not None:
        if now.share_key is None:
            st.caption(t("project.private"))
            st.button(
                t("project.share"),
                key="project_share",
                on_click=visit.projects.share,
                args=(visit.session, now.id),
                icon=":material/share:",
            )
        else:
            st.caption(t("project.shared"))
            st.code(f"?share={now.share_key}", language=None)
            st.button(
                t("project.unshare"),
                key="project_unshare",
                on_click=visit.projects.unshare,
                args=(visit.session, now.id),
            )
    st.text_input(t("project.join"), key=widget_key(_JOIN), on_change=_join, help=t("project.join_help"))


def _switch() -> None:
    st.query_params["project"] = st.session_state[widget_key(_NOW)]


def _create(visit: Visit) -> None:
    with refusing(_PROJECT):
        project = visit.projects.create(visit.session, st.session_state[widget_key(_NEW)])
        st.query_params["project"] = project.id
        put_value(_NEW, "")


def _rename(visit: Visit, project_id: str, key: str) -> None:
    with refusing(_PROJECT):
        visit.projects.rename(visit.session, project_id, st.session_state[key])


def _join() -> None:
    key = st.session_state[widget_key(_JOIN)].strip().rpartition("share=")[2]
    if key:
        st.query_params["share"] = key
    put_value(_JOIN, "")
