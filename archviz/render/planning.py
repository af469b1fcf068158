"""What pictures share, and the order of many in which they share the most."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from archviz.diffusion import engine_specs
from archviz.render.editing import paint_key
from archviz.render.inputs import reading_choices
from archviz.render.request import ResolvedRequest

__all__ = ["Plan", "is_white", "light_key", "order_requests", "scene_key", "source_key", "view_key"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An order of many pictures in which neighbours share the most.

    Parameters
    ----------
    requests
        Resolved, in the order they were asked for.
    order
        Rows of ``requests`` in the order they are rendered.
    views, lights, prompts
        How many G-buffers, light computations and different texts they need.
    """

    requests: tuple[ResolvedRequest, ...]
    order: tuple[int, ...]
    views: int
    lights: int
    prompts: int


def order_requests(resolved: tuple[ResolvedRequest, ...]) -> Plan:
    """Group by engine, view and light; groups follow one another as they were first asked for."""
    keys = [(r.engine, repr(view_key(r)), repr(light_key(r)), r.prompt) for r in resolved]
    first = {part: i for i, key in reversed(list(enumerate(keys))) for part in (key[:1], key[:2], key[:3])}
    order = sorted(range(len(keys)), key=lambda i: (first[keys[i][:1]], first[keys[i][:2]], first[keys[i][:3]], i))
    with_geometry = [k for k, r in zip(keys, resolved, strict=True) if r.camera is not None]
    return Plan(
        requests=resolved,
        order=tuple(order),
        views=len({k[1] for k in with_geometry}),
        lights=len({k[1:3] for k in with_geometry}),
        prompts=len({(k[0], k[3]) for k in keys}),
    )


def source_key(r: ResolvedRequest) -> Hashable:
    """Names a building as it was read, or a drawing."""
    return (r.input_sha256, r.scene_sha256, reading_choices(r))


def is_white(r: ResolvedRequest) -> bool:
    """Whether the engine shows the scene in white."""
    start = engine_specs()[r.engine].start
    return start is not None and start.finish == "white"


def scene_key(r: ResolvedRequest) -> Hashable:
    """Names the building in its surroundings."""
    return (around_key(r), tuple(r.materials.items()), is_white(r))


def around_key(r: ResolvedRequest) -> Hashable:
    """Names the surroundings of a building."""
    # On plain ground neither environment nor seed changes the scene.
    return (source_key(r), (r.surroundings, r.environment, r.seed) if r.surroundings != "none" else ())


def view_key(r: ResolvedRequest) -> Hashable:
    """Names a G-buffer, or a drawing's lines at a size."""
    return (scene_key(r), r.camera, r.size)


def light_key(r: ResolvedRequest) -> Hashable:
    """Names the light of a view."""
    # The seed decides which windows are lit, and where the clouds stand.
    return (view_key(r), r.illumination, r.seed, paint_key(r))
