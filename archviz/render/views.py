"""What the camera sees of a request: the scene, its maps, its light, and what scores need of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack, with_light
from archviz.core.elements import Part
from archviz.core.errors import EmptyViewError, InternalError, OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.maps import EdgeMap, LightMap
from archviz.core.openings import Opening
from archviz.render.editing import paint_key, paint_over, seen_elements
from archviz.render.inputs import Source, read_source
from archviz.render.maps import ViewMaps
from archviz.render.materials import apply_materials
from archviz.render.planning import around_key, is_white, light_key, scene_key, source_key, view_key
from archviz.render.request import ResolvedRequest
from archviz.render.shelf import Shelf

if TYPE_CHECKING:
    from archviz.fidelity import JudgedView, Wireframe
    from archviz.geometry.coverage import Coverage
    from archviz.geometry.scene import Scene
    from archviz.render.relief import Relief
    from archviz.render.stage import Site, Stage
    from archviz.sketch import Drawing

__all__ = ["Views"]

# Directions of ambient occlusion a pixel; the second for what is looked at once.
_RAYS, _DRAFT_RAYS = 24, 8
_OWN_PARTS = (int(Part.BUILDING), int(Part.OPENING))


class Views:
    """Makes what pictures are made from; what the next one may share stays.

    Parameters
    ----------
    shelf
        Where it stays.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def maps(self, resolved: ResolvedRequest, *, draft: bool = False) -> ViewMaps:
        """All that the picture is made from and judged by.

        Parameters
        ----------
        resolved
            The picture's.
        draft
            Trace fewer rays of occlusion, which differ from the picture's by noise alone.

        Raises
        ------
        InputError
            The building is not in the view; the input changed since it was resolved.
        """
        gbuffer: GBuffer | None = None
        light: LightBuffer | None = None
        edges: EdgeMap | None = None
        if (seen := self.view(resolved)) is not None:
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

    def as_modelled(self, resolved: ResolvedRequest, maps: ViewMaps) -> ViewMaps:
        """Maps that a picture is judged by: what a hand painted on the view is no part of the model."""
        return maps if resolved.region is None else replace(maps, gbuffer=self.view(resolved))

    def wireframe(self, resolved: ResolvedRequest, maps: ViewMaps) -> Wireframe | None:
        """The lines of a view that pictures are scored along; ``None`` where there is no scene."""
        return None if maps.gbuffer is None else self.wires(resolved, maps.gbuffer)

    def wires(self, resolved: ResolvedRequest, gbuffer: GBuffer) -> Wireframe:
        """The lines of a view's G-buffer."""
        from archviz.fidelity import trace_wireframe

        return self.shelf.get("wireframe", view_key(resolved), lambda: trace_wireframe(gbuffer))

    def seen_elements(self, resolved: ResolvedRequest) -> tuple[str, ...]:
        """Names of the elements that a picture shows, those of most pixels first; none where no scene is known."""
        view = self.view(resolved)
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

    def source(self, resolved: ResolvedRequest) -> Source:
        """The file as it was read; refused where it is not what the picture was made from."""

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
        source = self.source(resolved)
        if source.kind == "text":
            return None
        return source.model.scene if source.model is not None else self._relief(resolved).scene

    def _relief(self, resolved: ResolvedRequest) -> Relief:
        from archviz.render.relief import lift_drawing

        drawing = self.source(resolved).drawing
        relief = None if drawing is None else lift_drawing(drawing, resolved.size)
        if relief is None:
            raise InternalError("a view of a scene was asked for without a model or a drawing of a building")
        return relief

    def stage(self, resolved: ResolvedRequest) -> Stage:
        """The building in its surroundings, cleared for the camera."""
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
            if resolved.input_kind == "sketch" and self._relief(resolved).has_paths:
                built = built.without_path()
            return built.in_white() if is_white(resolved) else built

        camera = resolved.camera
        if camera is None:
            raise InternalError("a view of a scene was asked for without a camera")
        site: Site = self.shelf.get("scene", scene_key(resolved), build)
        return self.shelf.get("stage", view_key(resolved), lambda: set_stage(site, camera))

    def view(self, resolved: ResolvedRequest) -> GBuffer | None:
        """What the camera sees, as the model has it; ``None`` where nothing of it is known."""
        if resolved.camera is None:
            return None
        seen: GBuffer = self.shelf.get("view", view_key(resolved), lambda: self._rasterize(resolved))
        return seen

    def _rasterize(self, resolved: ResolvedRequest) -> GBuffer:
        from archviz.geometry.gbuffer import rasterize

        if resolved.camera is None:
            raise InternalError("a view of a scene was asked for without a camera")
        caster = self.stage(resolved).caster
        gbuffer = rasterize(caster.scene, resolved.camera, caster=caster)
        if resolved.input_kind == "sketch":
            from archviz.render.relief_view import draw_over

            return draw_over(gbuffer, self._relief(resolved), self.drawn_lines(resolved))
        own = np.isin(caster.scene.table.element_parts(), _OWN_PARTS)
        if own.any() and not own[gbuffer.elements.array[gbuffer.hit]].any():
            raise EmptyViewError(
                f"nothing of the building is in the view from {resolved.camera.position_m} to"
                f" {resolved.camera.target_m}; turn the camera to it or give a view preset"
            )
        return gbuffer

    def coverage(self, resolved: ResolvedRequest) -> Coverage | None:
        """Where a view's outlines cross its pixels; ``None`` where there are only a drawing's."""
        from archviz.geometry.coverage import trace_coverage

        seen = self.view(resolved)
        # A drawing's maps are finer than the scene that was made of it.
        if seen is None or resolved.input_kind == "sketch":
            return None
        return self.shelf.get("coverage", view_key(resolved), lambda: trace_coverage(seen, self.stage(resolved).caster))

    def _light(self, resolved: ResolvedRequest, gbuffer: GBuffer, rays: int) -> LightBuffer:
        from archviz.geometry.panes import lit_panes
        from archviz.light_transport.bounce import trace_bounce
        from archviz.light_transport.deferred import light
        from archviz.light_transport.occlusion import ambient_occlusion
        from archviz.light_transport.surface import surface_of

        stage = self.stage(resolved)
        occlusion: LightMap = self.shelf.get(
            "occlusion", (view_key(resolved), rays), lambda: ambient_occlusion(stage.caster, gbuffer, rays=rays)
        )
        bounce = self.shelf.get("bounce", view_key(resolved), lambda: trace_bounce(stage.caster, surface_of(gbuffer)))
        return light(
            stage.caster,
            gbuffer,
            resolved.illumination,
            lamps_m=stage.lamps_m,
            lit_faces=lit_panes(stage.caster.scene, resolved.illumination.window_lit_share, resolved.seed),
            occlusion=occlusion,
            bounce=bounce,
            sky_seed=resolved.seed,
        )

    def _extract_lines(self, resolved: ResolvedRequest) -> EdgeMap:
        from archviz.sketch import extract_lines

        drawing = self.drawing_of(resolved)
        if drawing is None:
            raise InternalError("lines were asked for without a drawing")
        return extract_lines(drawing, resolved.size)

    def drawing_of(self, resolved: ResolvedRequest) -> Drawing | None:
        """The drawing that a picture is made of; ``None`` for a model and for words alone."""
        return self.source(resolved).drawing

    def drawn_lines(self, resolved: ResolvedRequest) -> EdgeMap:
        """The lines of a drawing at the picture's size."""
        return self.shelf.get("lines", view_key(resolved), lambda: self._extract_lines(resolved))
