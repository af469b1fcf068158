"""The viewer on the page: what it shows, what it tells, and the list of views where it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

import streamlit as st

from archviz.core.camera import Camera
from archviz.core.errors import ArchvizError, OptionError
from archviz.geometry.views import VIEW_PRESETS
from archviz.render.proposals import propose_material
from archviz.render.request import RenderRequest
from archviz.studio import Design
from archviz.ui.choices import OWN_VIEW
from archviz.ui.keys import put_value, widget_key
from archviz.ui.refusals import refusing, show_refusal
from archviz.ui.style import plain
from archviz.ui.viewer.assets import find_three, mount_viewer
from archviz.ui.viewer.choosing import choose, chosen_element, hide_element, key_of
from archviz.ui.viewer.element_list import select_class
from archviz.ui.viewer.elements import material_for, with_material
from archviz.ui.viewer.models import Model, ModelShelf, read_key
from archviz.ui.viewer.payload import resolve_for_view, viewer_payload
from archviz.ui.viewer.saved import SavedView, SavedViews
from archviz.ui.visit import Visit, choice_key, set_choices

__all__ = ["model_now", "model_of", "show_element", "show_viewer"]

_KEY = "viewer"
_PICK = "viewer_pick"
_POLL_S = 0.3
_TEXTS = (
    "orbit", "walk", "straight", "straight_hint", "use", "use_hint", "save", "drop", "name", "views", "saved", "free",
    "focal", "hour", "north", "canvas", "loading", "simplified", "no_webgl",
)  # fmt: skip


@st.cache_resource(show_spinner=False)  # type: ignore[untyped-decorator]
def _shelf() -> ModelShelf:
    return ModelShelf()


def model_of(request: RenderRequest | None) -> Model | None:
    """The model of a request, if it has been read; asks for it otherwise.

    Raises
    ------
    ArchvizError
        It cannot be read.
    """
    key = None if request is None else read_key(request)
    if key is None:
        return None
    asked = _shelf().ask(key)
    return asked.result() if asked.done() else None


def model_now(request: RenderRequest) -> Model:
    """The model of a request, waited for.

    Raises
    ------
    ArchvizError
        It cannot be read.
    """
    key = read_key(request)
    if key is None:
        raise OptionError(f"input {request.input}: the file is gone; open the design again")
    return _shelf().ask(key).result()


def show_viewer(visit: Visit, design: Design, request: RenderRequest | None) -> Model | None:
    """Draw the viewer of a model, or the list of views where the browser's library is missing.

    Returns
    -------
    Model or None
        What is shown; ``None`` where it is still read or cannot be.
    """
    t = visit.texts
    three = find_three()
    if three is None:
        _show_picker(visit)
    try:
        model = model_of(request)
    except ArchvizError:
        # The view beside it says why, in the same words as the command line.
        st.info(t("viewer.unread"))
        return None
    if model is None:
        if request is not None:
            st.fragment(_wait, run_every=_POLL_S)(visit, request)
        return None
    if three is not None:
        assert request is not None
        _mount(visit, design, request, model, three)
        show_refusal(_done_in(design.id))
    return model


def show_element(visit: Visit, model: Model) -> None:
    """Say which element was chosen, and let it be another class, made of something else or left out."""
    t = visit.texts
    name = chosen_element(model)
    st.html(f'<div class="archviz-label">{t("element.heading")}</div>')
    if name is None:
        st.caption(t("element.none"))
        return
    table = model.scene.table
    element = next(element for element in table.elements if element.name == name)
    part = t(f"part.{element.part.name.lower()}")
    kind = " · ".join(dict.fromkeys(filter(None, (element.class_name, part))))
    st.text(name)
    st.caption(t("element.facts", kind=plain(kind), material=plain(table.materials[element.material].name)))
    select_class(visit, name, t("element.class"))
    key = key_of("element", name)
    # What the lines of materials say now, even if they were written elsewhere.
    put_value(key, material_for(st.session_state[choice_key("materials")], name))
    proposal = propose_material(element, table.materials[element.material])
    proposed = proposal.text(t.language) if proposal else None
    st.text_input(
        t("element.material"),
        placeholder=proposed or t("element.material_placeholder"),
        key=widget_key(key),
        on_change=_give_material,
        args=(name,),
    )
    if proposed and not st.session_state[widget_key(key)]:
        label = t("element.take", material=proposed)
        st.button(label, key="element_take", on_click=_take_material, args=(name, proposed), icon=":material/check:")
    st.button(
        t("element.hide"), key="element_hide", on_click=hide_element, args=(name,), icon=":material/visibility_off:"
    )


def _wait(visit: Visit, request: RenderRequest) -> None:
    key = read_key(request)
    if key is None or _shelf().ask(key).done():
        st.rerun(scope="app")
    st.html(f'<div class="archviz-empty">{visit.texts("viewer.reading")}</div>')


def _show_picker(visit: Visit) -> None:
    t = visit.texts
    st.caption(t("viewer.no_three"))
    shown = st.session_state[choice_key("view")]
    put_value(_PICK, shown if shown in VIEW_PRESETS else None)
    st.pills(
        t("viewer.views"),
        list(VIEW_PRESETS),
        format_func=lambda view: t(f"view.{view}"),
        key=widget_key(_PICK),
        on_change=_pick_view,
    )


def _pick_view() -> None:
    if view := st.session_state[widget_key(_PICK)]:
        set_choices({"view": view})


def _mount(visit: Visit, design: Design, request: RenderRequest, model: Model, three: Any) -> None:
    t = visit.texts
    views = SavedViews(visit.projects, visit.session, design.id, visit.project)
    data = viewer_payload(
        model,
        resolve_for_view(model, request),
        hours=request.when is not None,
        saved=views.all(),
        selected=chosen_element(model),
        texts={name: t(f"viewer.{name}") for name in _TEXTS},
        view_names={view: t(f"view.{view}") for view in VIEW_PRESETS},
    )
    data["geometry"] = _publish(model.packed.data)
    mount_viewer(three, data, key=_KEY, on_event=lambda: _take_event(design.id, views))


def _publish(data: bytes) -> str:
    """The address of the geometry, under which the browser fetches it once; it ends with the page's session."""
    from streamlit.runtime import get_instance

    return get_instance().media_file_mgr.add(data, "application/octet-stream", "archviz-viewer").lstrip("/")


def _done_in(design_id: str) -> str:
    return f"viewer_{design_id}"


def _take_event(design_id: str, views: SavedViews) -> None:
    """Carry out what was done in the viewer, before the page is drawn anew."""
    event = st.session_state[_KEY].get("event")
    if not isinstance(event, Mapping):
        return
    with refusing(_done_in(design_id)):
        _carry_out(str(event.get("name")), event.get("value"), views)


def _carry_out(name: str, value: Any, views: SavedViews) -> None:
    """One event; what comes from a browser is checked like any other input."""
    if name == "picked":
        choose(value if isinstance(value, str) else None)
    elif name == "used" and isinstance(value, Mapping):
        view = value.get("view")
        if view in VIEW_PRESETS:
            set_choices({"view": view})
        else:
            set_choices({"camera": Camera.from_json(value.get("camera"), source="viewer"), "view": OWN_VIEW})
    elif name == "saved" and isinstance(value, Mapping):
        camera = Camera.from_json(value.get("camera"), source="viewer")
        views.keep(SavedView(name=str(value.get("name")), camera=camera))
    elif name == "dropped":
        views.drop(str(value))
    elif name == "hour" and isinstance(value, int) and 0 <= value < 24 * 60:
        set_choices({"time": time(value // 60, value % 60)})


def _give_material(name: str) -> None:
    _take_material(name, st.session_state[widget_key(key_of("element", name))])


def _take_material(name: str, words: str) -> None:
    set_choices({"materials": with_material(st.session_state[choice_key("materials")], name, words)})
