"""From a request to a picture: resolve, plan, render.

``render(RenderRequest(input=Path("house.glb")))`` is the whole way for one picture. A program that
makes many keeps a :class:`Renderer`, so that engines stay loaded and maps are made once a view.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from archviz.render.region import PaintedMask, Region
from archviz.render.request import RenderRequest, ResolvedRequest

if TYPE_CHECKING:
    from archviz.diffusion import OnStep
    from archviz.render.maps import ViewMaps
    from archviz.render.planning import Plan
    from archviz.render.renderer import Renderer
    from archviz.render.result import RenderResult

__all__ = [
    "PaintedMask",
    "Plan",
    "Region",
    "RenderRequest",
    "RenderResult",
    "Renderer",
    "ResolvedRequest",
    "ViewMaps",
    "plan",
    "render",
    "render_many",
    "resolve",
]

_LATE = {
    "Plan": "archviz.render.planning",
    "RenderResult": "archviz.render.result",
    "Renderer": "archviz.render.renderer",
    "ViewMaps": "archviz.render.maps",
}


def __getattr__(name: str) -> Any:
    """The rest is imported where it is first asked for: a request alone needs no engine."""
    import importlib

    if name in _LATE:
        return getattr(importlib.import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def resolve(request: RenderRequest) -> ResolvedRequest:
    """Close every open choice of a request; see :meth:`Renderer.resolve`."""
    from archviz.render.renderer import Renderer

    return Renderer().resolve(request)


def plan(requests: Sequence[RenderRequest]) -> Plan:
    """Order many pictures so that they share the most; see :meth:`Renderer.plan`."""
    from archviz.render.renderer import Renderer

    return Renderer().plan(requests)


def render(request: RenderRequest | ResolvedRequest, *, on_step: OnStep | None = None) -> RenderResult:
    """Render one picture; see :meth:`Renderer.render`."""
    from archviz.render.renderer import Renderer

    return Renderer().render(request, on_step=on_step)


def render_many(
    requests: Sequence[RenderRequest | ResolvedRequest], *, on_step: OnStep | None = None
) -> Iterator[tuple[int, RenderResult]]:
    """Render many pictures; see :meth:`Renderer.render_many`."""
    from archviz.render.renderer import Renderer

    return Renderer().render_many(requests, on_step=on_step)
