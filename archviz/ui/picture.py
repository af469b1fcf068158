"""A finished picture: its maps, what decided it, how well the building was kept, and its files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import streamlit as st

from archviz.presets import environments, lightings
from archviz.studio import Job
from archviz.ui.proof import show_proved
from archviz.ui.regions import show_edited, show_editor
from archviz.ui.style import chips, sun_dial
from archviz.ui.visit import Visit

__all__ = ["show_picture", "show_setting", "zip_maps"]

_MAPS = ("deferred", "depth", "normals", "edges", "elements")
_SCORES = ("edge_recall", "silhouette_iou", "shadow_agreement")


def show_picture(visit: Visit, job: Job) -> None:
    """Draw a finished job."""
    folder = visit.store.result_folder(job)
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        picture = (folder / "picture.png").read_bytes()
    except (OSError, ValueError):
        st.warning(visit.texts("download.gone"))
        return
    left, right = st.columns([3.4, 1], gap="medium")
    with left:
        _show_maps(visit, job, folder, summary, picture)
    with right:
        show_edited(visit, job, summary)
        _show_facts(visit, summary)
        _show_downloads(visit, job, folder, picture)


def show_setting(visit: Visit, summary: dict[str, Any]) -> None:
    """Say what stands around and how it is lit, whether words, a sun or an option chose it."""
    t = visit.texts
    presets = (environments().get(summary["environment"]), lightings().get(summary["lighting"]))
    names = chips([t.own_name(preset) for preset in presets if preset is not None])
    st.html(f'<div class="archviz-label">{t("fact.setting")}</div>{names}')


def _show_maps(visit: Visit, job: Job, folder: Path, summary: dict[str, Any], picture: bytes) -> None:
    maps = {name: folder / "maps" / f"{name}.png" for name in _MAPS}
    shown = [name for name, path in maps.items() if path.exists()]
    tabs = st.tabs([visit.texts(f"tab.{name}") for name in ("picture", *shown, "region")])
    with tabs[0]:
        found = visit.library.picture(visit.session, job.id)
        if found is None:
            # As it was made: Streamlit would send it as a JPEG, which frays the very lines that are looked at.
            st.image(picture, width="stretch", output_format="PNG")
        else:
            show_proved(visit, found, picture, where="room")
    for name, tab in zip(shown, tabs[1:-1], strict=True):
        with tab:
            st.image(str(maps[name]), width="stretch")
    with tabs[-1]:
        show_editor(visit, job, summary, picture)


def _show_facts(visit: Visit, summary: dict[str, Any]) -> None:
    t = visit.texts
    if sun := summary.get("sun"):
        altitude, azimuth = sun["altitude_deg"], sun["azimuth_deg"]
        key = "fact.sun_position" if altitude >= 0 else "fact.sun_below"
        where = t(key, altitude=f"{abs(altitude):.0f}°", azimuth=f"{azimuth:.0f}°")
        st.html(f'<div class="archviz-label">{t("fact.sun")}</div>')
        dial, text = st.columns([2, 3], vertical_alignment="center")
        dial.image(sun_dial(altitude, azimuth, t), width="stretch")
        text.caption(where)
    show_setting(visit, summary)
    if summary.get("fidelity"):
        st.html(f'<div class="archviz-label">{t("fact.kept")}</div>{_scores(visit, summary["fidelity"])}')
    understood, ignored = summary["prompt_understood"], summary["prompt_ignored"]
    if understood:
        st.html(f'<div class="archviz-label">{t("fact.understood")}</div>{chips(understood)}')
    if ignored:
        st.html(f'<div class="archviz-label">{t("fact.ignored")}</div>{chips(ignored, struck=True)}')
    if not (understood or ignored):
        st.caption(t("fact.nothing_said"))
    for text in summary["warnings"]:
        st.warning(text)
    if summary["assumptions"]:
        with st.expander(t("fact.assumed")):
            st.markdown("\n".join(f"- {text}" for text in summary["assumptions"]))
    width, height = summary["size"]
    numbers = {"width": width, "height": height, "seed": summary["seed"], "steps": summary["steps"]}
    st.caption(t("fact.numbers", seconds=f"{summary['seconds']:.1f}", **numbers))


def _scores(visit: Visit, fidelity: dict[str, Any]) -> str:
    rows = []
    for name in _SCORES:
        value = fidelity.get(name)
        text = visit.texts("fact.unmeasured") if value is None else f"{value:.2f}"
        rows.append(f'<div class="archviz-score"><span>{visit.texts(f"fact.{name}")}</span><b>{text}</b></div>')
    return "".join(rows)


def _show_downloads(visit: Visit, job: Job, folder: Path, picture: bytes) -> None:
    t = visit.texts
    name = f"archviz-{job.number:04d}"
    for key, label, data, file, mime in (
        ("picture", "download.picture", picture, f"{name}.png", "image/png"),
        ("recipe", "download.recipe", _read(folder / "recipe.json"), f"{name}.json", "application/json"),
        ("maps", "download.maps", zip_maps(str(folder / "maps")), f"{name}-maps.zip", "application/zip"),
    ):
        st.download_button(
            t(label),
            data,
            file_name=file,
            mime=mime,
            key=f"download_{key}",
            on_click="ignore",
            width="stretch",
            icon=":material/download:",
        )


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b"{}"


# A few: each holds the maps of one picture in memory.
@st.cache_data(max_entries=8, show_spinner=False)  # type: ignore[untyped-decorator]
def zip_maps(folder: str) -> bytes:
    """The map pictures in one file; PNG is compressed already."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(Path(folder).glob("*.png")):
            archive.write(path, path.name)
    return data.getvalue()
