"""New versions of a design: uploaded, or saved where a file on this computer is followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from archviz.core.errors import ArchvizError, OptionError
from archviz.render.request import RenderRequest
from archviz.studio import Design, find_design, save_design
from archviz.studio.designs import remove_design
from archviz.studio.revisions import Revision, revise_choices
from archviz.studio.sharing import shared_at
from archviz.studio.watching import find_watched, stamp_of, take_snapshot
from archviz.ui.choices import AUTO, parse_materials
from archviz.ui.refusals import forget_refusal, refuse, show_refusal
from archviz.ui.style import plain
from archviz.ui.viewer.panel import model_now
from archviz.ui.viewer.saved import SavedViews
from archviz.ui.visit import Visit, choice_key, current_choices, set_choices

__all__ = ["show_versions", "show_watch", "take_pending"]

_POLL_S = 1.0
_PENDING = "versions_pending"
_REVISION = "versions_revision"
_TURN = "versions_turn"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MOST_NAMED = 12
_HISTORY = 1000


def take_pending() -> None:
    """Take over the choices of a new version, before they are drawn."""
    if (pending := st.session_state.pop(_PENDING, None)) is not None:
        set_choices({**current_choices(), **pending})


def show_versions(visit: Visit, design: Design) -> None:
    """Let a new version be given, and say what became of the choices for the one before."""
    if design.kind == "text":
        return
    t = visit.texts
    show_refusal(_version_of(design), lambda reason: t("versions.refused", reason=reason), say=st.warning)
    shown = st.session_state.get(_REVISION)
    if shown is not None and shown[0] == design.id:
        _show_revision(visit, shown[1])
    with st.expander(t("versions.heading"), icon=":material/history:"):
        if design.watched is not None and _may_follow():
            st.caption(t("versions.watching", path=plain(str(design.watched))))
        before = find_design(visit.store.home, visit.session, design.revises)
        if before is not None:
            label = t("versions.before", version=before.version)
            st.button(label, key="version_before", on_click=_go, args=(before,))
        _show_upload(visit, design)
    if design.watched is not None and _may_follow():
        st.fragment(_follow, run_every=_POLL_S)(visit, design)


def show_watch(visit: Visit) -> None:
    """Let a file on this computer be followed; where others may look at the page, none of it is offered."""
    if not _may_follow():
        return
    t = visit.texts
    with st.expander(t("versions.watch"), icon=":material/visibility:"):
        path = st.text_input(t("versions.watch_label"), key="watch_path")
        if not st.button(t("versions.watch_button"), key="watch_open") or not path.strip():
            return
        try:
            followed = find_watched(path)
            snapshot = take_snapshot(followed)
            design = save_design(visit.store.home, visit.session, snapshot.files, watched=(followed, snapshot.sha256))
        except ArchvizError as error:
            st.error(t("start.refused", reason=str(error)))
            return
        visit.open_design(design)
        st.rerun()


def _may_follow() -> bool:
    """Whether only this computer's user can be at the page: a path reads what they can read."""
    return shared_at() is None and st.get_option("server.address") in _LOOPBACK


def _show_upload(visit: Visit, design: Design) -> None:
    t = visit.texts
    turn = st.session_state.setdefault(_TURN, 0)
    files = st.file_uploader(t("versions.upload"), accept_multiple_files=True, key=f"version_{design.id}_{turn}")
    if not files:
        return
    with st.spinner(t("versions.reading")):
        if new := _take(visit, design, [(file.name, file.getvalue()) for file in files]):
            _go(new)
        # Last: a run of the page that another overtakes before takes the files once more, and does not lose them.
        st.session_state[_TURN] = turn + 1
    st.rerun()


def _version_of(design: Design) -> str:
    return f"version_{design.id}"


def _go(design: Design) -> None:
    st.query_params["design"] = design.id
    st.query_params.pop("job", None)


def _take(visit: Visit, design: Design, files: Sequence[tuple[str, bytes]], **watched: Any) -> Design | None:
    """A new version, with what its page is to say; none where it cannot be used, and the old one's is to say why."""
    home, session = visit.store.home, visit.session
    try:
        new = save_design(home, session, files, revises=design, **watched)
        try:
            revision = _revise(visit, design, new)
        except ArchvizError:
            remove_design(home, session, new)
            raise
    except ArchvizError as error:
        text = str(error).replace(f"{home.folder}/", "")
        refuse(_version_of(design), text)
        return None
    forget_refusal(_version_of(design))
    views = SavedViews(visit.projects, session, new.id, visit.project)
    for view in SavedViews(visit.projects, session, design.id).all():
        views.keep(view)
    if revision is not None:
        lost = revision.lost_materials
        lines = st.session_state[choice_key("materials")].splitlines()
        kept = [line for line in lines if line.partition("=")[0].strip() not in lost]
        st.session_state[_PENDING] = {
            "materials": "\n".join(kept),
            "hide": revision.hide,
            "show": revision.show,
            "classes": tuple(revision.classes.items()),
        }
    st.session_state[_REVISION] = (new.id, revision)
    return new


def _revise(visit: Visit, old: Design, new: Design) -> Revision | None:
    if new.kind != old.kind:
        raise OptionError(visit.texts("versions.other_kind", name=new.name))
    if new.kind != "model":
        return None
    choices = current_choices()
    # As the page reads them, but with everything there: what is left out has a name, too.
    read: dict[str, Any] = {k: None if choices[k] == AUTO else choices[k] for k in ("unit", "up")}
    model = model_now(RenderRequest(input=new.path, **read))
    after = model.scene.table
    try:
        before = model_now(RenderRequest(input=old.path, **read)).scene.table
    except ArchvizError:
        # Nothing can be said of what an unreadable version had.
        before = after
    try:
        materials = parse_materials(choices["materials"], visit.texts)
    except OptionError:
        materials = {}
    return revise_choices(
        before,
        after,
        materials=materials,
        hide=choices["hide"],
        show=choices["show"],
        classes=dict(choices["classes"]),
        undrawn=model.undrawn,
    )


def _show_revision(visit: Visit, revision: Revision | None) -> None:
    t = visit.texts
    if revision is None:
        return
    if not revision.anything_lost:
        st.success(t("versions.kept"))
    else:
        lines = [
            t("versions.material", name=plain(name), words=plain(words))
            for name, words in revision.lost_materials.items()
        ]
        lines += [t("versions.hidden", name=plain(name)) for name in revision.lost_hide]
        lines += [t("versions.shown", name=plain(name)) for name in revision.lost_show]
        lines += [
            t("versions.classed", name=plain(name), kind=t(f"class.{value}"))
            for name, value in revision.lost_classes.items()
        ]
        if revision.gone:
            lines.append(t("versions.gone", names=_listed(revision.gone)))
        st.warning("\n".join([t("versions.lost"), "", *(f"- {line}" for line in lines)]))
    if revision.new:
        st.caption(t("versions.new", names=_listed(revision.new)))


def _listed(names: Sequence[str]) -> str:
    more = f" … (+{len(names) - _MOST_NAMED})" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(plain, names[:_MOST_NAMED])) + more


def _follow(visit: Visit, design: Design) -> None:
    """One look at the followed file: a new version where it was saved and is not being written any more."""
    assert design.watched is not None
    seen: dict[str, Any] = st.session_state.setdefault(f"followed_{design.watched}", {})
    stamp = stamp_of(seen.get("paths", (design.watched,)))
    if not stamp or stamp == seen.get("read"):
        return
    if stamp != seen.get("stamp"):
        # Once more, so that half a file is not taken.
        seen["stamp"] = stamp
        return
    seen["read"] = stamp
    try:
        snapshot = take_snapshot(design.watched)
    except OptionError as error:
        refuse(_version_of(design), str(error))
        st.rerun(scope="app")
    seen["paths"] = snapshot.paths
    seen["read"] = seen["stamp"] = stamp_of(snapshot.paths)
    if snapshot.sha256 == design.watched_sha256:
        return
    new = _take(visit, design, snapshot.files, watched=(design.watched, snapshot.sha256))
    _forget_saves(visit, design)
    if new is not None:
        _go(new)
    st.rerun(scope="app")


def _forget_saves(visit: Visit, design: Design) -> None:
    """Take away the version before the last where nothing was rendered of it: each save makes one."""
    past = find_design(visit.store.home, visit.session, design.revises)
    if past is None or past.watched is None:
        return
    if all(job.request.input != past.path for job in visit.store.jobs_of(visit.session, limit=_HISTORY)):
        remove_design(visit.store.home, visit.session, past)
