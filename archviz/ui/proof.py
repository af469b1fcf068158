"""What is stated under a picture: how well the building was kept, where the sun stands, and the heat map on demand."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from archviz.studio import HeatMaps, Picture
from archviz.ui.style import plain
from archviz.ui.visit import Visit

__all__ = ["ask_for_heat", "drop_heat", "facts_of", "heat_is_coming", "offers_heat", "show_heat", "show_proved"]

_POLL_S = 0.6
_MOST_NAMED = 12


def facts_of(visit: Visit, picture: Picture) -> str:
    """How well the building was kept, and where the sun stands, in a line."""
    t = visit.texts
    fidelity, sun = picture.summary.get("fidelity") or {}, picture.summary.get("sun")
    kept = fidelity.get("edge_recall")
    parts = [t("lights.kept_unmeasured") if kept is None else t("library.kept", value=f"{kept:.2f}")]
    if sun:
        parts.append(t("lights.sun", altitude=f"{sun['altitude_deg']:.0f}°", azimuth=f"{sun['azimuth_deg']:.0f}°"))
    return " · ".join(parts)


def offers_heat(visit: Visit, picture: Picture) -> bool:
    """Whether a picture has lines to be judged by."""
    return HeatMaps(visit.store).offered(picture)


def ask_for_heat(visit: Visit, picture: Picture) -> None:
    """Have a picture's heat map made, if it is not there."""
    maps = HeatMaps(visit.store)
    if maps.file(picture) is None:
        maps.ask(visit.session, picture)


def drop_heat(visit: Visit, picture: Picture) -> None:
    """Nobody looks at a picture's heat map any more."""
    HeatMaps(visit.store).drop(visit.session, picture)


def heat_is_coming(visit: Visit, picture: Picture) -> bool:
    """Whether a heat map that was asked for is still to come."""
    maps = HeatMaps(visit.store)
    job = maps.job(visit.session, picture)
    return maps.file(picture) is None and job is not None and job.active


def show_heat(visit: Visit, picture: Picture, image: bytes | str | None, *, where: str) -> None:
    """Draw a picture's heat map, or the picture until it is there, and name the openings that are missing.

    Parameters
    ----------
    visit, picture
        Who looks at what.
    image
        The picture, or its file; ``None`` where it is gone.
    where
        The place on the page: names the widgets.
    """
    t, maps = visit.texts, HeatMaps(visit.store)
    if (path := maps.file(picture)) is not None:
        st.image(path.read_bytes(), width="stretch", output_format="PNG")
        st.caption(t("heat.legend"))
        _show_openings(visit, picture.summary.get("fidelity") or {})
        return
    if image is not None:
        with st.container(key=f"stale_heat_{where}_{picture.number}"):
            st.image(image, width="stretch", output_format="PNG")
    job = maps.job(visit.session, picture)
    if job is not None and job.active:
        st.caption(t("heat.coming"))
        return
    if job is not None and job.state == "failed":
        st.warning(t("heat.failed", reason=plain(job.error)))
    st.button(
        t("heat.again"),
        key=f"heat_again_{where}_{picture.number}",
        on_click=ask_for_heat,
        args=(visit, picture),
        icon=":material/refresh:",
    )


def show_proved(visit: Visit, picture: Picture, image: bytes | str, *, where: str) -> None:
    """Draw a picture under a switch to its heat map; parameters as for :func:`show_heat`."""
    t = visit.texts
    key = f"heat_{where}_{picture.number}"
    if offers_heat(visit, picture) and st.toggle(
        t("heat.show"), key=key, help=t("heat.help"), on_change=_turn, args=(visit, picture, key)
    ):
        waiting = heat_is_coming(visit, picture)
        st.fragment(_show_coming, run_every=_POLL_S if waiting else None)(visit, picture, image, where, waiting)
    else:
        # As it was made: Streamlit would send it as a JPEG, which frays the very lines that are looked at.
        st.image(image, width="stretch", output_format="PNG")


def _show_coming(visit: Visit, picture: Picture, image: bytes | str, where: str, waiting: bool) -> None:
    if waiting != heat_is_coming(visit, picture):
        # What is around it polls no more, or begins to.
        st.rerun(scope="app")
    show_heat(visit, picture, image, where=where)


def _turn(visit: Visit, picture: Picture, key: str) -> None:
    (ask_for_heat if st.session_state[key] else drop_heat)(visit, picture)


def _show_openings(visit: Visit, fidelity: dict[str, Any]) -> None:
    """Name the windows and doors that a picture lacks; why they were not judged, where they were not."""
    t = visit.texts
    found = fidelity.get("openings_summary")
    if found is None:
        reason = (fidelity.get("reasons") or {}).get("openings")
        if reason:
            st.caption(t("heat.unjudged", reason=plain(reason)))
        return
    names: list[str] = found["names_missing"]
    statuses: tuple[Literal["found", "weak", "missing"], ...] = ("found", "weak", "missing")
    judged = sum(found[status] for status in statuses)
    if not names:
        st.caption(t("heat.all_there", count=judged) if judged else t("heat.too_small"))
        return
    lines = [f"- {plain(name)}" for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        lines.append(f"- … (+{len(names) - _MOST_NAMED})")
    st.markdown("\n".join([t("heat.missing", missing=len(names), count=judged), "", *lines]))
