"""The queue on the page: what is made now, what follows, how long it takes, and what ended without a picture."""

from __future__ import annotations

import streamlit as st

from archviz.studio import Job
from archviz.ui.visit import Visit

__all__ = ["show_queue", "time_left"]

_POLL_S = 1.0
_ENDED = 10
_MINUTE_S = 60
# Under two minutes people count seconds.
_SECONDS_UP_TO = 120


def show_queue(visit: Visit) -> None:
    """Draw the queue of this visitor."""
    waiting = bool(visit.store.waiting(visit.session))
    st.fragment(_show, run_every=_POLL_S if waiting else None)(visit, waiting)


def time_left(visit: Visit, job: Job) -> str:
    """About how long until a picture is there; empty where nothing tells."""
    seconds = visit.store.seconds_left(job)
    if seconds is None:
        return ""
    if seconds < _SECONDS_UP_TO:
        return visit.texts("queue.left_seconds", seconds=max(round(seconds), 1))
    return visit.texts("queue.left_minutes", minutes=round(seconds / _MINUTE_S))


def _show(visit: Visit, waiting: bool) -> None:
    t = visit.texts
    jobs = visit.store.waiting(visit.session)
    if waiting and not jobs:
        st.rerun(scope="app")
    if not jobs:
        st.info(t("queue.empty"))
    else:
        heading, button = st.columns([5, 1], vertical_alignment="bottom")
        heading.html(f'<div class="archviz-label">{t("queue.waiting")}</div>')
        button.button(
            t("queue.cancel_all"),
            key="queue_cancel_all",
            on_click=visit.store.cancel_all,
            args=(visit.session,),
            width="stretch",
        )
        for job in jobs:
            _show_job(visit, job)
    ended = [job for job in visit.store.jobs_of(visit.session) if job.state in ("failed", "cancelled")][:_ENDED]
    if ended:
        st.html(f'<div class="archviz-label">{t("queue.ended")}</div>')
        for job in ended:
            said = {"number": job.number, "reason": job.error}
            st.text(t("queue.failed" if job.state == "failed" else "queue.cancelled", **said))


def _show_job(visit: Visit, job: Job) -> None:
    t = visit.texts
    bar, button = st.columns([5, 1], vertical_alignment="bottom")
    fields = {"ahead": visit.store.ahead(job), "step": job.step, "steps": job.steps}
    name = " · ".join([t("queue.picture", number=job.number), *job.labels.values()])
    said = [name, t(f"phase.{job.phase}", **fields), time_left(visit, job)]
    if job.tries > 1 or (job.tries and job.state == "queued"):
        said.append(t("phase.again"))
    bar.progress(job.step / max(job.steps, 1), text=" · ".join(filter(None, said)))
    button.button(
        t("render.cancel"),
        key=f"queue_cancel_{job.number}",
        on_click=visit.store.cancel,
        args=(visit.session, job.id),
        width="stretch",
    )
