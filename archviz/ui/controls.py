"""The column of choices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from archviz.core.errors import ArchvizError
from archviz.diffusion import engine_specs, readiness
from archviz.geometry.views import VIEW_PRESETS
from archviz.presets import environments, lightings
from archviz.render.request import DEFAULT_ENGINE, RenderRequest
from archviz.studio import Design
from archviz.ui.choices import AUTO, CITIES, DEFAULTS, OTHER, OWN_VIEW, build_request, defaults_for, offset_hours
from archviz.ui.versions import show_versions, take_pending
from archviz.ui.visit import Visit, choice_key, current_choices, set_choices

__all__ = ["show_controls"]

_SIZES = (AUTO, "768x512", "512x512", "512x768", "1024x576", "1024x768", "1024x1024")
_STEPS = (AUTO, 1, 2, 4, 6, 8, 12, 16, 24, 32, 50)
_FIDELITIES = (AUTO, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_ICONS: Mapping[str, str] = {
    "sunrise": ":material/wb_twilight:",
    "morning": ":material/light_mode:",
    "noon": ":material/sunny:",
    "golden-hour": ":material/brightness_6:",
    "sunset": ":material/wb_twilight:",
    "blue-hour": ":material/nights_stay:",
    "night": ":material/bedtime:",
    "overcast": ":material/cloud:",
    "monsoon-rain": ":material/rainy:",
}


def show_controls(visit: Visit, design: Design) -> RenderRequest | None:
    """Draw the choices.

    Returns
    -------
    RenderRequest or None
        What they amount to; ``None`` where a choice is not accepted, which is then said.
    """
    t = visit.texts
    take_pending()
    _show_design(visit, design)
    # What may come and go has a place of its own: else what follows would move up or down, and an open one close.
    with st.container():
        show_versions(visit, design)
    if design.kind == "model":
        own = [] if st.session_state[choice_key("camera")] is None else [OWN_VIEW]
        views = [*VIEW_PRESETS, *own]
        st.selectbox(t("choice.view"), views, format_func=lambda v: t(f"view.{v}"), key=choice_key("view"))
    if design.kind == "text":
        # Where there are only words, they come first.
        _show_words(visit, design)
    st.selectbox(
        t("choice.environment"),
        [AUTO, *environments()],
        format_func=lambda e: t("choice.environment_auto") if e == AUTO else t.both_names(environments()[e]),
        key=choice_key("environment"),
    )
    with st.container():
        _show_lighting(visit)
    with st.expander(t("choice.sun"), icon=":material/explore:"):
        _show_sun(visit, design)
    if design.kind != "text":
        with st.expander(t("choice.words"), icon=":material/notes:"):
            _show_words(visit, design)
            st.text_area(
                t("choice.materials"),
                placeholder=t(f"materials_example.{design.kind}"),
                help=t(f"materials_help.{design.kind}"),
                key=choice_key("materials"),
                height=80,
            )
    with st.expander(t("choice.picture"), icon=":material/tune:"):
        _show_picture(visit, design)
    try:
        return build_request(design, current_choices(), t)
    except ArchvizError as error:
        st.error(str(error))
        return None


def _show_design(visit: Visit, design: Design) -> None:
    t = visit.texts
    kind = t(f"design.{design.kind}")
    name, change = st.columns([3, 2], vertical_alignment="center")
    with name:
        st.markdown(f"**{design.label}**  \n:small[:gray[{kind}]]" if design.name else f"**{kind}**")
    with change:
        st.button(t("design.change"), on_click=visit.close_design, key="change_design", width="stretch")


def _show_words(visit: Visit, design: Design) -> None:
    t = visit.texts
    placeholder = "choice.scene_placeholder" if design.kind == "text" else "choice.prompt_placeholder"
    st.text_area(t("choice.prompt"), placeholder=t(placeholder), key=choice_key("prompt"), height=80)


def _show_lighting(visit: Visit) -> None:
    t = visit.texts

    def name(lighting: str) -> str:
        if lighting == AUTO and st.session_state[choice_key("use_sun")]:
            return ":material/explore: " + t("choice.lighting_sun")
        if lighting == AUTO:
            return ":material/notes: " + t("choice.lighting_auto")
        return f"{_ICONS.get(lighting, '')} {t.own_name(lightings()[lighting])}".strip()

    options = [AUTO, *lightings()]
    chosen = st.pills(t("choice.lighting"), options, format_func=name, key=choice_key("lighting"), required=True)
    if chosen in lightings():
        st.caption(t.both_names(lightings()[chosen]))


def _show_sun(visit: Visit, design: Design) -> None:
    t = visit.texts
    # The light follows the sun once there is one; a light of another hour would contradict it.
    st.toggle(
        t("choice.use_sun"),
        key=choice_key("use_sun"),
        help=t("choice.use_sun_help"),
        on_change=_follow_sun,
        args=(design, choice_key("use_sun")),
    )
    if not st.session_state[choice_key("use_sun")]:
        return
    st.selectbox(
        t("choice.city"),
        [*CITIES, OTHER],
        format_func=lambda c: t("choice.city_other") if c == OTHER else " · ".join((c, *CITIES[c].also[:1])),
        key=choice_key("city"),
        on_change=_take_city,
    )
    if st.session_state[choice_key("city")] == OTHER:
        left, right = st.columns(2)
        left.number_input(t("choice.latitude"), -90.0, 90.0, format="%.4f", key=choice_key("latitude"))
        right.number_input(t("choice.longitude"), -180.0, 180.0, format="%.4f", key=choice_key("longitude"))
        st.number_input(t("choice.utc_offset"), -12.0, 14.0, step=0.25, key=choice_key("utc_offset"))
    left, right = st.columns(2)
    left.date_input(t("choice.date"), key=choice_key("date"), format="DD/MM/YYYY")
    right.time_input(t("choice.time"), key=choice_key("time"), step=900)
    st.number_input(
        t("choice.north"),
        -180.0,
        360.0,
        value=None,
        step=5.0,
        key=choice_key("north"),
        placeholder=t("choice.north_unset"),
        help=t("choice.north_help"),
    )


def _show_picture(visit: Visit, design: Design) -> None:
    t = visit.texts
    left, right = st.columns(2)

    def or_auto(value: object) -> str:
        return t("choice.size_auto") if value == AUTO else str(value)

    sizes = _with(_SIZES, st.session_state[choice_key("size")])
    left.selectbox(t("choice.size"), sizes, format_func=or_auto, key=choice_key("size"))
    right.number_input(t("choice.seed"), 0, 2**53 - 1, step=1, key=choice_key("seed"), help=t("choice.seed_help"))
    steps = _with(_STEPS, st.session_state[choice_key("steps")])
    left.selectbox(t("choice.steps"), steps, format_func=or_auto, key=choice_key("steps"))
    right.selectbox(
        t("choice.geometry"),
        ["strict", "balanced", "free"],
        format_func=lambda g: t(f"geometry.{g}"),
        key=choice_key("geometry"),
    )
    # Without a building there would be nothing to see.
    modes = ["geometry", "imagined", *([] if design.kind == "text" else ["none"])]
    if st.session_state[choice_key("surroundings")] not in modes:
        set_choices({"surroundings": DEFAULTS["surroundings"]})
    left.selectbox(
        t("choice.surroundings"), modes, format_func=lambda s: t(f"surroundings.{s}"), key=choice_key("surroundings")
    )
    if design.kind != "text":
        # Without lines to be kept nothing is scored.
        least = _with(_FIDELITIES, st.session_state[choice_key("min_fidelity")])
        left.selectbox(
            t("choice.min_fidelity"),
            least,
            format_func=lambda x: t("choice.min_fidelity_auto") if x == AUTO else f"{x:g}",
            key=choice_key("min_fidelity"),
            help=t("choice.min_fidelity_help"),
        )
    if design.kind == "sketch":
        st.checkbox(t("choice.as_view"), key=choice_key("as_view"), help=t("choice.as_view_help"))
    left.slider(t("choice.control"), 0.0, 2.0, step=0.05, key=choice_key("control"), help=t("choice.control_help"))
    engines = _with(_ready_engines(), st.session_state[choice_key("engine")])
    right.selectbox(
        t("choice.engine"), engines, format_func=lambda e: engine_specs()[e].names[t.language], key=choice_key("engine")
    )


def _with(options: tuple[object, ...], value: object) -> list[object]:
    """The options, and the value that an earlier picture had."""
    return [*options, *([] if value in options else [value])]


@st.cache_data(ttl=60, show_spinner=False)  # type: ignore[untyped-decorator]
def _ready_engines() -> tuple[str, ...]:
    """Engines whose weights are here; the embedded one is always offered, and says what it misses."""
    return tuple(e for e, spec in engine_specs().items() if e == DEFAULT_ENGINE or readiness(spec).ready)


def _follow_sun(design: Design, key: str) -> None:
    if key == choice_key("use_sun"):  # else the settings of another picture took its place meanwhile
        set_choices({"lighting": AUTO if st.session_state[key] else defaults_for(design.kind)["lighting"]})


def _take_city() -> None:
    city = CITIES.get(st.session_state[choice_key("city")])
    if city is not None:
        when = datetime.combine(st.session_state[choice_key("date")], st.session_state[choice_key("time")])
        set_choices(
            {
                "latitude": city.latitude_deg,
                "longitude": city.longitude_deg,
                "utc_offset": offset_hours(city.place, when),
            }
        )
