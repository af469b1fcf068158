"""The way from a request to a picture; keeps what the next picture may share."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import InternalError, OptionError
from archviz.core.maps import ColorMap
from archviz.diffusion import Engine, OnStep, StepReport, load_engine
from archviz.render.asking import diffusion_request
from archviz.render.checking import check_choices
from archviz.render.clay import ClayPicture, after_passes, clay_passes, trace_picture
from archviz.render.editing import (
    Edit,
    feather,
    read_base,
    read_pixels,
    region_area,
    resolve_edit,
)
from archviz.render.inputs import Source, read_source, reading_choices, reading_key
from archviz.render.maps import ViewMaps
from archviz.render.planning import (
    Plan,
    light_key,
    order_requests,
    source_key,
)
from archviz.render.recipe import hash_pixels, write_recipe
from archviz.render.request import RenderRequest, ResolvedRequest
from archviz.render.resolving import resolve_source
from archviz.render.result import RenderResult
from archviz.render.retry import OnTry, render_by_rule
from archviz.render.scoring import Scoring, paint_found
from archviz.render.shelf import Shelf
from archviz.render.views import Views

if TYPE_CHECKING:
    pass

__all__ = ["Renderer"]

EngineLoader = Callable[..., Engine]


class Renderer:
    """Resolves and renders; engines stay loaded, and maps stay while the view does.

    One renderer belongs to one thread: a diffusion pipeline is not safe to share.

    Parameters
    ----------
    load
        Opens an engine by id; another one for tests.
    threads
        Processor threads; ``None`` lets the engine plan them.
    """

    def __init__(self, *, load: EngineLoader = load_engine, threads: int | None = None) -> None:
        self._load = load
        self._threads = threads
        self.shelf = Shelf()
        self.views = Views(self.shelf)

    def resolve(self, request: RenderRequest) -> ResolvedRequest:
        """Close every open choice.

        Raises
        ------
        InputError
            The input cannot be read, or a choice is unknown, out of range or contradicts another.
        """
        return self._resolve(request, {})

    def plan(self, requests: Sequence[RenderRequest | ResolvedRequest]) -> Plan:
        """Order many pictures so that maps are made once a view and light once a sun."""
        read: dict[Hashable, Source] = {}
        resolved = tuple(r if isinstance(r, ResolvedRequest) else self._resolve(r, read) for r in requests)
        return order_requests(resolved)

    def render_many(
        self, requests: Sequence[RenderRequest | ResolvedRequest], *, on_step: OnStep | None = None
    ) -> Iterator[tuple[int, RenderResult]]:
        """Render a plan; yields (row of ``requests``, picture) as they are done."""
        plan = self.plan(requests)
        for row in plan.order:
            yield row, self.render(plan.requests[row], on_step=on_step)

    def render(
        self,
        request: RenderRequest | ResolvedRequest,
        *,
        on_step: OnStep | None = None,
        preview_every: int = 0,
        on_try: OnTry | None = None,
        draft: bool = False,
    ) -> RenderResult:
        """Render one picture; again by rule where it stays under the fidelity that was asked for.

        Parameters
        ----------
        request
            What is wanted.
        on_step
            Called after each diffusion step; raising from it cancels.
        preview_every
            Steps between the previews that ``on_step`` gets; 0 for none.
        on_try
            Called after each try where a fidelity was asked for.
        draft
            For a picture that is looked at once: as :meth:`maps`, without scores, and its outlines as the engine
            leaves them.

        Raises
        ------
        InputError
            As :meth:`resolve`; the input changed since it was resolved; weights are missing.
        """
        resolved = request if isinstance(request, ResolvedRequest) else self.resolve(request)
        started = time.monotonic()
        engine = self._engine(resolved)
        maps = self.maps(resolved, draft=draft)
        passes = clay_passes(resolved, engine.spec)
        during, after = after_passes(on_step, passes, resolved)
        clay = self._clay(resolved, maps, passes, during) if passes else None
        start = clay.picture if clay is not None else _deferred_start(resolved, maps)
        edit = self._edit(resolved)

        def paint(settled: ResolvedRequest) -> NDArray[np.uint8]:
            wanted = diffusion_request(settled, maps, start, edit)
            image = engine.generate(wanted, on_step=after, preview_every=preview_every)
            if image.shape != (*settled.size.shape, 3) or image.dtype != np.uint8:
                raise InternalError(f"engine {settled.engine} made {image.dtype} {image.shape}, not {settled.size}")
            if edit is not None:
                return edit.blend(image)
            coverage = self.views.coverage(settled) if engine.spec.pixel_by_pixel and not draft else None
            return image if coverage is None else coverage.smooth(image)

        judged = self.views.as_modelled(resolved, maps)
        scoring = Scoring(judged, partial(self.views.judged_view, resolved, judged))
        if resolved.min_fidelity is None or resolved.tries:
            image = paint(resolved)
        else:
            resolved, image = render_by_rule(
                resolved, engine.spec, paint=paint, score=scoring.edge_recall, on_try=on_try
            )
        seconds = time.monotonic() - started
        scored = not draft and resolved.input_kind != "text"
        made_from = _drawing_key(resolved) | (clay.numerics if clay is not None else {})
        if edit is not None:
            made_from |= {"base_pixels": hash_pixels(edit.picture)}
        return RenderResult(
            image=image,
            resolved=resolved,
            maps=maps,
            recipe=write_recipe(resolved, image, engine.numerics_key() | made_from),
            fidelity=scoring.report(image) if scored else None,
            seconds=seconds,
        )

    def maps(self, request: RenderRequest | ResolvedRequest, *, draft: bool = False) -> ViewMaps:
        """The maps of a picture, without rendering it.

        Parameters
        ----------
        request
            What is wanted.
        draft
            Trace fewer rays of occlusion, which differ from the picture's by noise alone.

        Raises
        ------
        InputError
            As :meth:`resolve`; the building is not in the view.
        """
        resolved = request if isinstance(request, ResolvedRequest) else self.resolve(request)
        return self.views.maps(resolved, draft=draft)

    def heatmap(self, resolved: ResolvedRequest, image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        """What was found of the building in a picture that was rendered before, painted over it.

        Parameters
        ----------
        resolved
            The picture's, from its recipe: the view's maps are made again, or still there.
        image
            (H, W, 3) uint8 sRGB, the picture.

        Returns
        -------
        ndarray or None
            As :meth:`RenderResult.heatmap`.

        Raises
        ------
        InputError
            The input is not what the picture was made from, or the picture has another size.
        """
        if resolved.input_kind == "text":
            return None
        return paint_found(
            image, self.views.as_modelled(resolved, self.maps(resolved)), partial(self.views.wires, resolved)
        )

    def _resolve(self, request: RenderRequest, read: dict[Hashable, Source]) -> ResolvedRequest:
        """Resolve; ``read`` holds what the requests of one plan have read already."""
        if request.region is not None:
            base, sha256 = read_base(request, request.region)
            return resolve_edit(request, request.region, base, sha256, self.views.view(base))
        check_choices(request)
        asked = (request.input, reading_choices(request))
        if asked not in read:
            key = reading_key(request)
            read[asked] = (
                read_source(request) if key is None else self.shelf.get("file", key, lambda: read_source(request))
            )
        resolved = resolve_source(request, read[asked])
        self.shelf.get("source", source_key(resolved), lambda: read[asked])
        return resolved

    def _engine(self, resolved: ResolvedRequest) -> Engine:
        return self.shelf.get(
            "engine",
            (resolved.engine, resolved.device, resolved.weights, resolved.few_step),
            lambda: self._load(
                resolved.engine,
                device=resolved.device,
                weights=resolved.weights,
                threads=self._threads,
                few_step=resolved.few_step,
            ),
        )

    def _edit(self, resolved: ResolvedRequest) -> Edit | None:
        """What an edit keeps; its picture is made again where it is not at hand."""
        region = resolved.region
        if region is None:
            return None
        if resolved.base is not None:
            picture = read_pixels(resolved.base)
            if hash_pixels(picture) != region.base_sha256:
                raise OptionError(f"{resolved.base}: is not the picture that is edited; give it as it was")
        else:
            picture = self.render(region.base).image
        return Edit(picture=picture, weights=feather(region_area(region, self.views.view(resolved)), region.feather_px))

    def _clay(self, resolved: ResolvedRequest, maps: ViewMaps, passes: int, on_step: OnStep | None) -> ClayPicture:
        def on_pass(done: int, of: int) -> None:
            if on_step is not None:
                on_step(StepReport(done, of))

        key = (light_key(resolved), resolved.noise_seed, passes, resolved.device)
        return self.shelf.get(
            "clay",
            key,
            lambda: trace_picture(
                resolved, maps, self.views.stage(resolved), passes=passes, threads=self._threads, on_pass=on_pass
            ),
        )


def _deferred_start(resolved: ResolvedRequest, maps: ViewMaps) -> ColorMap | None:
    """The lit picture of an engine that needs no traced one."""
    return maps.light.deferred if maps.light is not None and resolved.start_strength < 1 else None


def _drawing_key(resolved: ResolvedRequest) -> dict[str, str]:
    """What decides the pixels of a drawing's picture beside the engine."""
    if resolved.input_kind != "sketch":
        return {}
    from archviz.sketch import weights_sha256

    return {"drawing_weights": weights_sha256()}
