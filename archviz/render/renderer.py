"""The way from a request to a picture; keeps what the next picture may share."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack
from archviz.core.errors import InternalError, OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.maps import EdgeMap, LightMap
from archviz.diffusion import Controls, DiffusionRequest, Engine, OnStep, load_engine
from archviz.prompt import Prompt
from archviz.render.inputs import Source, read_source, reading_key
from archviz.render.maps import ViewMaps
from archviz.render.materials import apply_materials
from archviz.render.recipe import write_recipe
from archviz.render.request import GeometryFreedom, RenderRequest, ResolvedRequest
from archviz.render.resolving import check_choices, resolve_source
from archviz.render.shelf import Shelf

if TYPE_CHECKING:
    from archviz.fidelity import FidelityReport
    from archviz.render.stage import Stage

__all__ = ["Plan", "RenderResult", "Renderer"]

# Share of the steps in which the maps hold the picture, from the first on.
_CONTROL_END: dict[GeometryFreedom, float] = {"strict": 1.0, "balanced": 0.75, "free": 0.5}
# How much of the start picture an image-to-image engine repaints; 1 starts from pure noise.
_STRENGTH: dict[GeometryFreedom, float] = {"strict": 0.75, "balanced": 0.85, "free": 1.0}

EngineLoader = Callable[..., Engine]


@dataclass(frozen=True, eq=False, kw_only=True)
class RenderResult:
    """A picture and its proof.

    Parameters
    ----------
    image
        (H, W, 3) uint8 sRGB.
    resolved
        What was rendered.
    maps
        What the engine was given.
    recipe
        What decides the pixels; goes into the PNG.
    fidelity
        How well the building was kept; ``None`` without a 3D model.
    seconds
        From the resolved request to the picture, without scoring it.
    """

    image: NDArray[np.uint8]
    resolved: ResolvedRequest
    maps: ViewMaps
    recipe: dict[str, Any]
    fidelity: FidelityReport | None
    seconds: float

    @property
    def prompt(self) -> Prompt:
        """The engine's text and what became of the user's words."""
        request = self.resolved
        return Prompt(text=request.prompt, understood=request.prompt_understood, ignored=request.prompt_ignored)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look out for."""
        return self.resolved.warnings


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
        keys = [(r.engine, repr(_view_key(r)), repr(_light_key(r)), r.prompt) for r in resolved]
        first = {part: i for i, key in reversed(list(enumerate(keys))) for part in (key[:1], key[:2], key[:3])}
        # Groups follow one another as they were asked for, not by the alphabet.
        order = sorted(range(len(keys)), key=lambda i: (first[keys[i][:1]], first[keys[i][:2]], first[keys[i][:3]], i))
        with_geometry = [k for k, r in zip(keys, resolved, strict=True) if r.camera is not None]
        return Plan(
            requests=resolved,
            order=tuple(order),
            views=len({k[1] for k in with_geometry}),
            lights=len({k[1:3] for k in with_geometry}),
            prompts=len({(k[0], k[3]) for k in keys}),
        )

    def render_many(
        self, requests: Sequence[RenderRequest | ResolvedRequest], *, on_step: OnStep | None = None
    ) -> Iterator[tuple[int, RenderResult]]:
        """Render a plan; yields (row of ``requests``, picture) as they are done."""
        plan = self.plan(requests)
        for row in plan.order:
            yield row, self.render(plan.requests[row], on_step=on_step)

    def render(
        self, request: RenderRequest | ResolvedRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> RenderResult:
        """Render one picture.

        Parameters
        ----------
        request
            What is wanted.
        on_step
            Called after each diffusion step; raising from it cancels.
        preview_every
            Steps between the previews that ``on_step`` gets; 0 for none.

        Raises
        ------
        InputError
            As :meth:`resolve`; the input changed since it was resolved; weights are missing.
        """
        resolved = request if isinstance(request, ResolvedRequest) else self.resolve(request)
        started = time.monotonic()
        engine = self._engine(resolved)
        maps = self.maps(resolved)
        wanted = _diffusion_request(resolved, maps, engine)
        image = engine.generate(wanted, on_step=on_step, preview_every=preview_every)
        if image.shape != (*resolved.size.shape, 3) or image.dtype != np.uint8:
            raise InternalError(f"engine {resolved.engine} made {image.dtype} {image.shape}, not {resolved.size}")
        seconds = time.monotonic() - started
        return RenderResult(
            image=image,
            resolved=resolved,
            maps=maps,
            recipe=write_recipe(resolved, image, engine.numerics_key()),
            fidelity=_score(image, maps),
            seconds=seconds,
        )

    def maps(self, request: RenderRequest | ResolvedRequest) -> ViewMaps:
        """The maps of a picture, without rendering it.

        Raises
        ------
        InputError
            As :meth:`resolve`; the building is not in the view.
        """
        resolved = request if isinstance(request, ResolvedRequest) else self.resolve(request)
        gbuffer: GBuffer | None = None
        light: LightBuffer | None = None
        edges: EdgeMap | None = None
        if resolved.input_kind == "model":
            gbuffer = self.shelf.get("view", _view_key(resolved), lambda: self._rasterize(resolved))
            light = self.shelf.get("light", _light_key(resolved), lambda: self._light(resolved, gbuffer))
        elif resolved.input_kind == "sketch":
            edges = self.shelf.get("view", _view_key(resolved), lambda: self._extract_lines(resolved))
        stack = control_stack(
            gbuffer,
            light,
            size=resolved.size,
            edges=edges,
            surroundings_given=gbuffer is not None and resolved.surroundings != "imagined",
        )
        return ViewMaps(size=resolved.size, gbuffer=gbuffer, light=light, edges=edges, stack=stack)

    def _resolve(self, request: RenderRequest, read: dict[Hashable, Source]) -> ResolvedRequest:
        """Resolve; ``read`` holds what the requests of one plan have read already."""
        check_choices(request)
        asked = (request.input, request.unit, request.up, request.hide, request.show)
        if asked not in read:
            key = reading_key(request)
            read[asked] = (
                read_source(request) if key is None else self.shelf.get("file", key, lambda: read_source(request))
            )
        resolved = resolve_source(request, read[asked])
        self.shelf.get("source", _source_key(resolved), lambda: read[asked])
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

        return self.shelf.get("source", _source_key(resolved), read)

    def _staged(self, resolved: ResolvedRequest) -> Stage:
        from archviz.render.stage import build_stage

        def build() -> Stage:
            model = self._source(resolved).model
            if model is None:
                raise InternalError("a view of a scene was asked for without a model")
            scene = model.scene.with_table(apply_materials(model.scene.table, resolved.materials))
            return build_stage(scene, resolved.environment, resolved.surroundings, resolved.seed)

        return self.shelf.get("scene", _scene_key(resolved), build)

    def _rasterize(self, resolved: ResolvedRequest) -> GBuffer:
        from archviz.geometry.gbuffer import rasterize

        if resolved.camera is None:
            raise InternalError("a view of a model was asked for without a camera")
        caster = self._staged(resolved).caster
        return rasterize(caster.scene, resolved.camera, caster=caster)

    def _light(self, resolved: ResolvedRequest, gbuffer: GBuffer) -> LightBuffer:
        from archviz.geometry.panes import lit_panes
        from archviz.light_transport.deferred import light
        from archviz.light_transport.occlusion import ambient_occlusion

        stage = self._staged(resolved)
        occlusion: LightMap = self.shelf.get(
            "occlusion", _view_key(resolved), lambda: ambient_occlusion(stage.caster, gbuffer)
        )
        return light(
            stage.caster,
            gbuffer,
            resolved.illumination,
            lamps_m=stage.lamps_m,
            lit_faces=lit_panes(stage.caster.scene, resolved.illumination.window_lit_share, resolved.seed),
            occlusion=occlusion,
        )

    def _extract_lines(self, resolved: ResolvedRequest) -> EdgeMap:
        from archviz.sketch import extract_lines

        drawing = self._source(resolved).drawing
        if drawing is None:
            raise InternalError("lines were asked for without a drawing")
        return extract_lines(drawing, resolved.size)


def _score(image: NDArray[np.uint8], maps: ViewMaps) -> FidelityReport | None:
    """How well the building was kept; edges that the light does not show are not asked for."""
    if maps.gbuffer is None or maps.light is None:
        return None
    from archviz.fidelity import report

    return report(image, maps.gbuffer, light=maps.light, reference=maps.light.deferred.array)


def _diffusion_request(resolved: ResolvedRequest, maps: ViewMaps, engine: Engine) -> DiffusionRequest:
    view = maps.gbuffer
    # The embedded engine reads the light from its stack and starts from pure noise.
    start = maps.light.deferred if maps.light is not None and engine.spec.family != "mini" else None
    return DiffusionRequest(
        prompt=resolved.prompt,
        controls=Controls(
            stack=maps.stack,
            depth=view.depth if view is not None else None,
            edges=view.edges if view is not None else maps.edges,
            normals=view.normals if view is not None else None,
            start=start,
        ),
        size=resolved.size,
        noise_seed=resolved.noise_seed,
        steps=resolved.steps,
        guidance_scale=None,
        control_scales=resolved.control_scales,
        control_end=_CONTROL_END[resolved.geometry],
        strength=_STRENGTH[resolved.geometry] if start is not None else 1.0,
    )


def _source_key(r: ResolvedRequest) -> Hashable:
    return (r.input_sha256, r.scene_sha256, r.unit, r.up, r.hide, r.show)


def _scene_key(r: ResolvedRequest) -> Hashable:
    # Without built surroundings neither environment nor seed changes the scene.
    around = (r.environment, r.seed) if r.surroundings == "geometry" else ()
    return (_source_key(r), tuple(r.materials.items()), around)


def _view_key(r: ResolvedRequest) -> Hashable:
    return (_scene_key(r), r.camera, r.size)


def _light_key(r: ResolvedRequest) -> Hashable:
    # The seed decides which windows are lit.
    return (_view_key(r), r.illumination, r.seed)
