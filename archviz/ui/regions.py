"""Editing a part of a finished picture: elements from a list or a painted mask, and what they become."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Literal, get_args

import streamlit as st

from archviz.core.errors import ArchvizError
from archviz.core.size import Size
from archviz.diffusion import engine_specs
from archviz.render.region import DEFAULT_FEATHER_PX, PaintedMask, Region
from archviz.studio import Job
from archviz.ui.brush import mask_of_strokes, show_brush
from archviz.ui.viewer import clicked_element
from archviz.ui.visit import Visit

__all__ = ["parent_of", "show_edited", "show_editor"]

EditBy = Literal["elements", "mask"]
_WIDEST_RIM = 32


def show_editor(visit: Visit, job: Job, summary: dict[str, Any], picture: bytes) -> None:
    """Draw the choices of an edit of a finished picture, and ask for it.

    Parameters
    ----------
    job, summary, picture
        The picture's job, what is told of it, and its PNG.
    """
    t = visit.texts
    if engine_specs()[job.request.engine].family != "mini":
        st.info(t("region.other_engine"))
        return
    seen = summary.get("elements_seen", [])
    ways = [way for way in get_args(EditBy) if way == "mask" or seen]
    by, rim = st.columns([3, 2], vertical_alignment="bottom")
    # Of each picture its own, so that one picture's part is not taken for another's.
    way = by.segmented_control(
        t("region.by"),
        ways,
        default=ways[0],
        required=True,
        format_func=lambda w: t(f"region_by.{w}"),
        key=f"region_by_{job.number}",
    )
    feather = rim.slider(t("region.feather"), 0, _WIDEST_RIM, DEFAULT_FEATHER_PX, key=f"region_feather_{job.number}")
    left, right = st.columns(2)
    material = left.text_input(
        t("region.material"), placeholder=t("element.material_placeholder"), key=f"region_material_{job.number}"
    )
    prompt = right.text_input(
        t("region.prompt"), placeholder=t("region.prompt_placeholder"), key=f"region_prompt_{job.number}"
    )
    try:
        region = _Asked(visit, job, summary, picture).region(str(way), seen, material, prompt, feather)
    except ArchvizError as error:
        st.error(str(error))
        region = None
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(t("region.render"), type="primary", disabled=region is None, key=f"region_render_{job.number}"):
            assert region is not None
            visit.watch(visit.store.submit(visit.session, dataclasses.replace(job.request, region=region)))
            st.rerun(scope="app")
        st.caption(t("region.rest_stays"))


def show_edited(visit: Visit, job: Job, summary: dict[str, Any]) -> None:
    """Say of an edited picture what was changed, and of which picture."""
    t = visit.texts
    edited = summary.get("edited")
    if not edited:
        return
    parent = parent_of(visit, job)
    st.html(f'<div class="archviz-label">{t("region.edited")}</div>')
    what = ", ".join([*edited["elements"], *([t("region.painted")] if edited["painted"] else [])])
    st.text(f"{what} → {', '.join(filter(None, (edited['material'], edited['prompt'])))}")
    design = visit.design
    if parent is None or design is None:
        st.caption(t("region.parent_gone"))
        return
    st.button(
        t("region.parent", number=parent.number),
        key="region_parent",
        on_click=visit.open_job,
        args=(parent, design.id),
        icon=":material/history:",
    )


def parent_of(visit: Visit, job: Job) -> Job | None:
    """The job of the picture that an edited one was made of; ``None`` for a whole picture, or where it is gone."""
    region = job.request.region
    return None if region is None else visit.store.get(visit.session, region.base.parent.name)


@dataclasses.dataclass(frozen=True)
class _Asked:
    """A picture, and the choice of its part."""

    visit: Visit
    job: Job
    summary: dict[str, Any]
    picture: bytes

    def region(self, way: str, seen: list[str], material: str, prompt: str, feather: int) -> Region | None:
        """What is chosen; ``None`` while something is still to be chosen or said."""
        elements: tuple[str, ...] = ()
        mask: PaintedMask | None = None
        if way == "mask":
            mask = self._painted()
        else:
            elements = self._chosen(seen)
        if not (elements or mask) or not (material.strip() or prompt.strip()):
            return None
        return Region(
            base=Path(self.visit.store.result_folder(self.job)) / "picture.png",
            elements=elements,
            mask=mask,
            material=" ".join(material.split()),
            prompt=" ".join(prompt.split()),
            feather_px=feather,
        )

    def _chosen(self, seen: list[str]) -> tuple[str, ...]:
        t = self.visit.texts
        clicked = clicked_element()
        names = st.multiselect(
            t("region.elements"),
            seen,
            default=[clicked] if clicked in seen else [],
            placeholder=t("region.elements_placeholder"),
            key=f"region_elements_{self.job.number}",
        )
        st.image(self.picture, width="stretch")
        return tuple(names)

    def _painted(self) -> PaintedMask | None:
        t = self.visit.texts
        width, height = self.summary["size"]
        size = Size(height=height, width=width)
        texts = {
            "brush": t("region.brush"),
            "erase": t("region.erase"),
            "undo": t("region.undo"),
            "clear": t("region.clear"),
            "width": t("region.width"),
            "canvas": t("region.canvas"),
        }
        strokes = show_brush(self.picture, size, texts, key=f"region_brush_{self.job.number}")
        painted = mask_of_strokes(strokes, size)
        return PaintedMask.of(painted) if painted.any() else None
