"""A job: a request, who asked, and how far it is."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from archviz.core.camera import Camera
from archviz.core.errors import FileFormatError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render.region import PaintedMask, Region
from archviz.render.request import DEFAULT_SIZE, RenderRequest
from archviz.render.words import choose_by_words
from archviz.sketch.adjustments import Adjustments

__all__ = [
    "QUICK_KINDS",
    "Job",
    "JobKind",
    "JobPhase",
    "JobState",
    "preview_request",
    "request_from_json",
    "request_to_json",
    "view_request",
]

JobKind = Literal["render", "view", "preview", "reading", "heatmap"]
"""``render`` makes a picture; ``view`` shows the building in its light without an engine; ``preview`` is a small
picture that lives until the next one; ``reading`` shows what a drawing is read as; ``heatmap`` judges a finished
picture and lies beside it."""
QUICK_KINDS: tuple[JobKind, ...] = ("reading", "view", "preview")
"""What is asked for anew with every choice: only a session's last one is looked at, and it goes before pictures."""
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
JobPhase = Literal["waiting", "reading", "maps", "engine", "sampling", "writing"]

# Longer side of what a view and a preview show: small enough to follow a hand on the sun, and one for both, so that
# a preview is painted over maps that its view has made [pixels].
_VIEW_SIDE = 384
_PREVIEW_STEPS = 4
_SIDE_STEP = 8


@dataclass(frozen=True, kw_only=True)
class Job:
    """One row of the queue, as it was when it was read.

    Parameters
    ----------
    number
        Grows with every job: the order of the queue.
    id, session
        Random ids of the job and of the session it belongs to.
    kind, state, phase
        What is made, and how far it is.
    request_json
        The request as :func:`request_to_json` wrote it.
    step, steps
        Diffusion steps done and in all; 0 before they are known.
    tries
        How often a worker has begun it.
    error
        Why it failed, in one sentence; empty otherwise.
    created_s, started_s, finished_s
        Seconds since the epoch; ``None`` for what has not happened.
    project
        Where its picture goes; ``None`` for a view.
    set_id, place, labels_json
        The set that it is one picture of, at which place in it, and axis -> choice; of a heat map the picture.
    film
        Whether every step of the diffusion is kept.
    """

    number: int
    id: str
    session: str
    kind: JobKind
    state: JobState
    phase: JobPhase
    request_json: str
    step: int
    steps: int
    tries: int
    error: str
    created_s: float
    started_s: float | None
    finished_s: float | None
    project: str | None
    set_id: str | None
    place: int
    labels_json: str
    film: int

    @property
    def labels(self) -> dict[str, str]:
        """Axis -> choice, of a picture of a set; of a heat map its ``picture``."""
        return dict(json.loads(self.labels_json))

    @property
    def active(self) -> bool:
        """Whether something is still to come."""
        return self.state in ("queued", "running")

    @functools.cached_property
    def request(self) -> RenderRequest:
        """What was asked for."""
        return request_from_json(json.loads(self.request_json))


def request_to_json(request: RenderRequest) -> dict[str, Any]:
    """A request as an object of JSON, with the paths of this machine; fields at their default stay out."""
    data: dict[str, Any] = {}
    blank = RenderRequest()
    for field in dataclasses.fields(request):
        value = getattr(request, field.name)
        if value == getattr(blank, field.name):
            continue
        if isinstance(value, Path):
            value = str(value)
        elif isinstance(value, Camera):
            value = value.to_json()
        elif isinstance(value, Size):
            value = [value.width, value.height]
        elif isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, Region):
            value = dataclasses.asdict(value) | {
                "base": str(value.base),
                "mask": None if value.mask is None else value.mask.to_json(),
            }
        elif isinstance(value, Place):
            value = dataclasses.asdict(value)
        elif isinstance(value, Adjustments):
            value = value.to_json()
        elif field.name == "classes":
            # The order counts.
            value = list(value.items())
        elif isinstance(value, tuple):
            value = list(value)
        data[field.name] = value
    return data


def request_from_json(data: Mapping[str, Any]) -> RenderRequest:
    """Read :func:`request_to_json` back.

    Raises
    ------
    FileFormatError
        The object is of another version.
    """
    fields = dict(data)
    try:
        if "camera" in fields:
            fields["camera"] = Camera.from_json(fields["camera"], source="job camera")
        if "size" in fields:
            fields["size"] = Size(height=fields["size"][1], width=fields["size"][0])
        if "when" in fields:
            fields["when"] = datetime.fromisoformat(fields["when"])
        if "place" in fields:
            fields["place"] = Place(**fields["place"])
        if "region" in fields:
            mask = fields["region"]["mask"]
            fields["region"] = Region(**fields["region"] | {"mask": PaintedMask.from_json(mask) if mask else None})
        if "classes" in fields:
            fields["classes"] = dict(fields["classes"])
        if "adjustments" in fields:
            fields["adjustments"] = Adjustments.from_json(fields["adjustments"])
        return RenderRequest(**fields)
    except (TypeError, ValueError, LookupError) as error:
        raise FileFormatError(f"job: {error!r} in its request; ask for the picture again") from error


def view_request(request: RenderRequest) -> RenderRequest:
    """The request reduced to what a ``view`` job shows: equal for pictures of one view under one light."""
    # Words may choose what stands around and how it is lit; the rest of them is not seen in a view.
    request = choose_by_words(request).request
    size = request.size or (DEFAULT_SIZE if request.camera is None else request.camera.size)
    scale = min(1.0, _VIEW_SIDE / size.longer)
    return dataclasses.replace(
        request,
        engine=RenderRequest().engine,
        few_step=False,
        weights=None,
        device=None,
        prompt="",
        steps=None,
        geometry="strict",
        control_scales={},
        min_fidelity=None,
        author="",
        region=None,
        size=Size(height=_side(size.height * scale), width=_side(size.width * scale)),
    )


def preview_request(request: RenderRequest) -> RenderRequest:
    """The request as a ``preview`` job paints it: the view's maps, with the words, in a few steps."""
    view = view_request(request)
    return dataclasses.replace(
        view,
        prompt=request.prompt,
        steps=min(request.steps or _PREVIEW_STEPS, _PREVIEW_STEPS),
        geometry=request.geometry,
        control_scales=request.control_scales,
    )


def _side(pixels: float) -> int:
    return max(_SIDE_STEP, round(pixels / _SIDE_STEP) * _SIDE_STEP)
