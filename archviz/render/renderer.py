"""The way from a request to a picture; keeps what the next picture may share."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack, with_light
from archviz.core.elements import Part
from archviz.core.errors import EmptyViewError, InternalError, OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.maps import ColorMap, EdgeMap, LightMap
from archviz.core.openings import Opening
from archviz.diffusion import Engine, OnStep, StepReport, load_engine
from archviz.render.asking import diffusion_request
from archviz.render.clay import ClayPicture, after_passes, clay_passes, trace_picture
from archviz.render.editing import (
    Edit,
    feather,
    paint_key,
    paint_over,
    read_base,
    read_pixels,
    region_area,
    resolve_edit,
    seen_elements,
)
from archviz.render.inputs import Source, read_source, reading_choices, reading_key
from archviz.render.maps import ViewMaps
from archviz.render.materials import apply_materials
from archviz.render.planning import (
    Plan,
    around_key,
    is_white,
    light_key,
    order_requests,
    scene_key,
    source_key,
    view_key,
)
from archviz.render.recipe import hash_pixels, write_recipe
from archviz.render.request import RenderRequest, ResolvedRequest
from archviz.render.resolving import check_choices, resolve_source
from archviz.render.result import RenderResult
from archviz.render.retry import OnTry, render_by_rule
from archviz.render.scoring import Scoring, paint_found
from archviz.render.shelf import Shelf

if TYPE_CHECKING:
    from archviz.fidelity import JudgedView, Wireframe
    from archviz.geometry.scene import Scene
    from archviz.render.relief import Relief
    from archviz.render.stage import Stage
    from archviz.sketch import Drawing

__all__ = ["Renderer"]

# Directions of ambient occlusion a pixel; the second for what is looked at once.
_RAYS, _DRAFT_RAYS = 24, 8
_OWN_PARTS = (int(Part.BUILDING), int(Part.OPENING))

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
            For a picture that is looked at once: as :meth:`maps`, and without scores.

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
            return image if edit is None else edit.blend(image)

        judged = self._judged(resolved, maps)
        scoring = Scoring(judged, partial(self.judged_view, resolved, judged))
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
        gbuffer: GBuffer | None = None
        light: LightBuffer | None = None
        edges: EdgeMap | None = None
        if (seen := self._view(resolved)) is not None:
            gbuffer = paint_over(seen, resolved)
            rays = _DRAFT_RAYS if draft else _RAYS
            light = self.shelf.get("light", (light_key(resolved), rays), lambda: self._light(resolved, gbuffer, rays))
        if resolved.input_kind == "sketch":
            edges = self.drawn_lines(resolved)
        # What is given of the surroundings is no part of a view's key.
        unlit: NDArray[np.float32] = self.shelf.get(
            "stack",
            (view_key(resolved), resolved.surroundings, paint_key(resolved)),
            lambda: control_stack(
                gbuffer,
                None,
                size=resolved.size,
                # A drawing in space has them in its view.
                edges=edges if gbuffer is None else None,
                surroundings_given=gbuffer is not None and resolved.surroundings != "imagined",
            ),
        )
        stack = unlit if gbuffer is None or light is None else with_light(unlit, gbuffer, light)
        return ViewMaps(size=resolved.size, gbuffer=gbuffer, light=light, edges=edges, stack=stack)

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
        return paint_found(image, self._judged(resolved, self.maps(resolved)), partial(self._wires, resolved))

    def _judged(self, resolved: ResolvedRequest, maps: ViewMaps) -> ViewMaps:
        """Maps that a picture is judged by: what a hand painted on the view is no part of the model."""
        return maps if resolved.region is None else replace(maps, gbuffer=self._view(resolved))

    def wireframe(self, resolved: ResolvedRequest, maps: ViewMaps) -> Wireframe | None:
        """The lines of a view that pictures are scored along; ``None`` where there is no scene."""
        return None if maps.gbuffer is None else self._wires(resolved, maps.gbuffer)

    def _wires(self, resolved: ResolvedRequest, gbuffer: GBuffer) -> Wireframe:
        from archviz.fidelity import trace_wireframe

        return self.shelf.get("wireframe", view_key(resolved), lambda: trace_wireframe(gbuffer))

    def seen_elements(self, resolved: ResolvedRequest) -> tuple[str, ...]:
        """Names of the elements that a picture shows, those of most pixels first; none where no scene is known."""
        view = self._view(resolved)
        return () if view is None else seen_elements(view)

    def judged_view(self, resolved: ResolvedRequest, maps: ViewMaps) -> JudgedView:
        """A view of a scene made ready for scores; its lights share it."""
        from archviz.fidelity import JudgedView

        gbuffer = maps.gbuffer
        if gbuffer is None:
            raise InternalError("scores of a view were asked for without a scene")
        return self.shelf.get(
            "judged view",
            view_key(resolved),
            lambda: JudgedView.of(gbuffer, self.openings(resolved), wireframe=self.wireframe(resolved, maps)),
        )

    def openings(self, resolved: ResolvedRequest) -> tuple[Opening, ...]:
        """Windows and doors of a model, whose elements are rows of its views' tables; none of a drawing or a text."""
        from archviz.geometry.openings import find_openings

        if resolved.input_kind != "model":
            return ()
        # The building stands first in every view's table.
        building = self._building(resolved)
        found: tuple[Opening, ...] = self.shelf.get(
            "openings", scene_key(resolved), lambda: () if building is None else find_openings(building)
        )
        return found

    def _resolve(self, request: RenderRequest, read: dict[Hashable, Source]) -> ResolvedRequest:
        """Resolve; ``read`` holds what the requests of one plan have read already."""
        if request.region is not None:
            base, sha256 = read_base(request, request.region)
            return resolve_edit(request, request.region, base, sha256, self._view(base))
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

    def _source(self, resolved: ResolvedRequest) -> Source:
        def read() -> Source:
            source = read_source(resolved)
            if (source.kind, source.sha256, source.scene_sha256) != (
                resolved.input_kind,
                resolved.input_sha256,
                resolved.scene_sha256,
            ):
                raise OptionError(
                    f"input {resolved.input} is not what this picture was made from; give the unchanged file"
                )
            return source

        return self.shelf.get("source", source_key(resolved), read)

    def _building(self, resolved: ResolvedRequest) -> Scene | None:
        """The model or the lifted drawing; ``None`` for words alone."""
        source = self._source(resolved)
        if source.kind == "text":
            return None
        return source.model.scene if source.model is not None else self._relief(resolved).scene

    def _relief(self, resolved: ResolvedRequest) -> Relief:
        from archviz.render.relief import lift_drawing

        drawing = self._source(resolved).drawing
        relief = None if drawing is None else lift_drawing(drawing, resolved.size)
        if relief is None:
            raise InternalError("a view of a scene was asked for without a model or a drawing of a building")
        return relief

    def _staged(self, resolved: ResolvedRequest) -> Stage:
        from archviz.render.stage import Site, build_around, set_stage

        def build() -> Site:
            scene = self._building(resolved)
            if scene is not None:
                scene = scene.with_table(apply_materials(scene.table, resolved.materials))
            # What an element is made of moves nothing around it.
            around = self.shelf.get(
                "around",
                around_key(resolved),
                lambda: build_around(scene, resolved.environment, resolved.surroundings, resolved.seed),
            )
            built = Site(building=scene, surroundings=around.scene, lamps_m=around.lamps_m)
            return built.in_white() if is_white(resolved) else built

        camera = resolved.camera
        if camera is None:
            raise InternalError("a view of a scene was asked for without a camera")
        site: Site = self.shelf.get("scene", scene_key(resolved), build)
        return self.shelf.get("stage", view_key(resolved), lambda: set_stage(site, camera))

    def _view(self, resolved: ResolvedRequest) -> GBuffer | None:
        """What the camera sees, as the model has it; ``None`` where nothing of it is known."""
        if resolved.camera is None:
            return None
        seen: GBuffer = self.shelf.get("view", view_key(resolved), lambda: self._rasterize(resolved))
        return seen

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
        return Edit(picture=picture, weights=feather(region_area(region, self._view(resolved)), region.feather_px))

    def _rasterize(self, resolved: ResolvedRequest) -> GBuffer:
        from archviz.geometry.gbuffer import rasterize

        if resolved.camera is None:
            raise InternalError("a view of a scene was asked for without a camera")
        caster = self._staged(resolved).caster
        gbuffer = rasterize(caster.scene, resolved.camera, caster=caster)
        if resolved.input_kind == "sketch":
            from archviz.render.relief import draw_over

            return draw_over(gbuffer, self._relief(resolved), self.drawn_lines(resolved))
        own = np.isin(caster.scene.table.element_parts(), _OWN_PARTS)
        if own.any() and not own[gbuffer.elements.array[gbuffer.hit]].any():
            raise EmptyViewError(
                f"nothing of the building is in the view from {resolved.camera.position_m} to"
                f" {resolved.camera.target_m}; turn the camera to it or give a view preset"
            )
        return gbuffer

    def _light(self, resolved: ResolvedRequest, gbuffer: GBuffer, rays: int) -> LightBuffer:
        from archviz.geometry.panes import lit_panes
        from archviz.light_transport.deferred import light
        from archviz.light_transport.occlusion import ambient_occlusion

        stage = self._staged(resolved)
        occlusion: LightMap = self.shelf.get(
            "occlusion", (view_key(resolved), rays), lambda: ambient_occlusion(stage.caster, gbuffer, rays=rays)
        )
        return light(
            stage.caster,
            gbuffer,
            resolved.illumination,
            lamps_m=stage.lamps_m,
            lit_faces=lit_panes(stage.caster.scene, resolved.illumination.window_lit_share, resolved.seed),
            occlusion=occlusion,
        )

    def _clay(self, resolved: ResolvedRequest, maps: ViewMaps, passes: int, on_step: OnStep | None) -> ClayPicture:
        def on_pass(done: int, of: int) -> None:
            if on_step is not None:
                on_step(StepReport(done, of))

        key = (light_key(resolved), resolved.noise_seed, passes, resolved.device)
        return self.shelf.get(
            "clay",
            key,
            lambda: trace_picture(
                resolved, maps, self._staged(resolved), passes=passes, threads=self._threads, on_pass=on_pass
            ),
        )

    def _extract_lines(self, resolved: ResolvedRequest) -> EdgeMap:
        from archviz.sketch import extract_lines

        drawing = self.drawing_of(resolved)
        if drawing is None:
            raise InternalError("lines were asked for without a drawing")
        return extract_lines(drawing, resolved.size)

    def drawing_of(self, resolved: ResolvedRequest) -> Drawing | None:
        """The drawing that a picture is made of; ``None`` for a model and for words alone."""
        return self._source(resolved).drawing

    def drawn_lines(self, request: RenderRequest | ResolvedRequest) -> EdgeMap:
        """The lines of a drawing at the picture's size."""
        resolved = request if isinstance(request, ResolvedRequest) else self.resolve(request)
        return self.shelf.get("lines", view_key(resolved), lambda: self._extract_lines(resolved))


def _deferred_start(resolved: ResolvedRequest, maps: ViewMaps) -> ColorMap | None:
    """The lit picture of an engine that needs no traced one."""
    return maps.light.deferred if maps.light is not None and resolved.start_strength < 1 else None


def _drawing_key(resolved: ResolvedRequest) -> dict[str, str]:
    """What decides the pixels of a drawing's picture beside the engine."""
    if resolved.input_kind != "sketch":
        return {}
    from archviz.sketch import weights_sha256

    return {"drawing_weights": weights_sha256()}
