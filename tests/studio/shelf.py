"""Finished pictures without rendering: the files that a worker leaves, by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from PIL import Image

from archviz.render import RenderRequest
from archviz.studio import Job, JobStore

__all__ = ["finish_next", "make_picture", "write_files"]


def write_files(store: JobStore, job: Job, **summary: Any) -> None:
    """The result folder of a job: a picture in one colour, by its seed."""
    folder = store.result_folder(job)
    folder.mkdir()
    request = job.request
    color = np.full((32, 48, 3), 40 + 30 * (request.seed % 7), np.uint8)
    Image.fromarray(color).save(folder / "picture.png")
    Image.fromarray(color).save(folder / "thumbnail.jpg")
    said = {
        "size": [48, 32], "seed": request.seed, "steps": 2, "lighting": request.lighting, "view": request.view,
        "environment": request.environment, "when": None, "prompt": "", "prompt_understood": [], "prompt_ignored": [],
        "sun": {"altitude_deg": 30.0, "azimuth_deg": 120.0}, "assumptions": [], "warnings": [], "seconds": 1.0,
        "fidelity": {"edge_recall": 0.9, "silhouette_iou": 0.95, "shadow_agreement": None},
    }  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(said | summary), encoding="utf-8")
    (folder / "recipe.json").write_text(json.dumps({"resolved": {"seed": request.seed}}), encoding="utf-8")


def finish_next(store: JobStore, **summary: Any) -> Job:
    """Take the next job and finish it."""
    job = store.claim()
    assert job is not None
    write_files(store, job, **summary)
    store.finish(job)
    return job


def make_picture(store: JobStore, session: str, request: RenderRequest, *, project: str | None = None) -> Job:
    """A finished picture of a session."""
    store.submit(session, request, project=project)
    return finish_next(store)
