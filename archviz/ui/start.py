"""The start: a sample, an upload, or words."""

from __future__ import annotations

import streamlit as st

from archviz.geometry.sniff import MAX_FILE_BYTES
from archviz.samples import samples
from archviz.studio import Design, sample_design, save_design, thumbnail_path
from archviz.studio.designs import TEXT_DESIGN
from archviz.studio.sharing import shared_at
from archviz.ui.refusals import forget_refusal, refusing, show_refusal
from archviz.ui.versions import show_watch
from archviz.ui.visit import Visit

__all__ = ["leave_start", "show_start"]

_COLUMNS = 3
_POLL_S = 2.0
_UPLOAD = "upload"
_TURN = "upload_turn"


def show_start(visit: Visit) -> None:
    """Choose a design."""
    t = visit.texts
    if address := shared_at():
        st.info(t("share.note", address=address), icon=":material/group:")
    gallery, own = st.columns([2.3, 1], gap="large")
    with gallery:
        missing = any(not thumbnail_path(visit.store.home, path).exists() for path in samples().values())
        st.fragment(_show_gallery, run_every=_POLL_S if missing else None)(visit)
    with own:
        st.subheader(t("start.upload"), anchor=False)
        _show_upload(visit)
        show_watch(visit)
        st.subheader(t("start.words"), anchor=False)
        st.caption(t("start.words_hint"))
        st.button(t("start.words_button"), on_click=visit.open_design, args=(TEXT_DESIGN,), key="start_words")


def leave_start() -> None:
    """Say no more of an upload that was refused: a design is looked at."""
    forget_refusal(_UPLOAD)


def _show_gallery(visit: Visit) -> None:
    designs = [sample_design(path) for path in samples().values()]
    for heading, kind in (("start.samples", "model"), ("start.drawings", "sketch")):
        found = [design for design in designs if design.kind == kind]
        if not found:
            continue
        st.subheader(visit.texts(heading), anchor=False)
        for first in range(0, len(found), _COLUMNS):
            row = found[first : first + _COLUMNS]
            for column, design in zip(st.columns(_COLUMNS, gap="small"), row, strict=False):
                with column:
                    _show_card(visit, design)


def _show_card(visit: Visit, design: Design) -> None:
    assert design.path is not None
    name = f"{design.path.stem}-{design.path.suffix.removeprefix('.')}"
    with st.container(key=f"card_{name}"):
        picture = thumbnail_path(visit.store.home, design.path)
        if picture.exists():
            st.image(str(picture), width="stretch")
        else:
            st.html(f'<div class="archviz-empty">{visit.texts("start.preparing")}</div>')
        st.markdown(f"{design.name} :small[:gray[{design.path.suffix.removeprefix('.').upper()}]]")
        if st.button(visit.texts("start.open", name=design.name), key=f"open_{name}"):
            visit.open_design(design)
            st.rerun(scope="app")


def _limits() -> dict[str, str]:
    """What is read at most, as the page says it."""
    from archviz.geometry.loaders import archive, raw
    from archviz.sketch import MAX_PIXELS, MAX_SIDE_PX

    return {
        "megapixels": str(MAX_PIXELS // 10**6),
        "side": str(MAX_SIDE_PX),
        "triangles": f"{raw.MAX_TRIANGLES:,}".replace(",", "\u202f"),
        "instances": f"{raw.MAX_INSTANCES:,}".replace(",", "\u202f"),
        "text_megabytes": str(raw.MAX_TEXT_BYTES // 10**6),
        "depth": str(raw.MAX_DEPTH),
        "members": str(archive.MAX_MEMBERS),
        "archive_megabytes": str(archive.MAX_UNPACKED_BYTES // 10**6),
        "ratio": str(archive.MAX_RATIO),
    }


def _show_upload(visit: Visit) -> None:
    t = visit.texts
    st.caption(t("start.upload_hint", megabytes=MAX_FILE_BYTES // 10**6))
    # Another key after each upload: its files leave the server's memory once they are kept or refused.
    turn = st.session_state.setdefault(_TURN, 0)
    # Of any kind: what cannot be read is refused with the export that can, which the browser would not say.
    files = st.file_uploader(
        t("start.upload_label"), accept_multiple_files=True, key=f"upload_{turn}", label_visibility="collapsed"
    )
    if not files:
        show_refusal(_UPLOAD, lambda reason: t("start.refused", reason=reason))
        with st.expander(t("start.upload_details"), icon=":material/info:"):
            st.caption(t("start.upload_formats"))
            st.caption(t("start.upload_limits", **_limits()))
        return
    with st.spinner(t("start.opening")):
        with refusing(_UPLOAD):
            design = save_design(visit.store.home, visit.session, [(file.name, file.getvalue()) for file in files])
            visit.open_design(design)
        # Last: a run of the page that another overtakes before takes the files once more, and does not lose them.
        st.session_state[_TURN] = turn + 1
    st.rerun()
