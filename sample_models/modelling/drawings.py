"""The three sample drawings, made by looking at the models."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.size import Size
from archviz.geometry import load_isolated, rasterize, view_camera
from archviz.geometry.scene import Scene
from modelling import pens
from modelling.files import write_glb
from modelling.lines import Stroke, hatching, strokes, thinned
from modelling.street import street

__all__ = ["draw_street", "draw_tube_house", "draw_villa"]


def _looked_at(scene: Scene, camera: Camera) -> tuple[GBuffer, list[Stroke]]:
    gbuffer = rasterize(scene, camera)
    return gbuffer, strokes(scene, camera, gbuffer)


def _nearer(camera: Camera, factor: float) -> Camera:
    """The same view, enlarged about its optical axis."""
    shift = (camera.shift[0] * factor, camera.shift[1] * factor)
    return replace(camera, focal_mm=camera.focal_mm * factor, shift=shift)


def _glass(gbuffer: GBuffer) -> np.ndarray:
    table = gbuffer.table
    clear = np.append(table.material_values("transmission")[table.element_materials()] > 0.5, False)
    return clear[gbuffer.elements.array]


def draw_villa(models: Path, path: Path) -> None:
    """The garden villa in pencil: corners overshot, glass hatched, the soffits shaded."""
    size = Size(height=860, width=1280)
    scene = load_isolated(models / "garden-villa.obj", unit="m", up="z").scene
    camera = view_camera(scene, "front-left", size)
    gbuffer, drawn = _looked_at(scene, camera)
    drawn += hatching(_glass(gbuffer), spacing_px=9.0, angle_deg=58.0)
    drawn += hatching(gbuffer.normals.array[..., 2] < -0.9, spacing_px=5.0, angle_deg=-24.0)
    pens.pencil(drawn, (size.width, size.height), seed=5).save(path, optimize=True)


def draw_tube_house(models: Path, path: Path) -> None:
    """The tube house in marker, nearly from the front, on a sheet photographed in uneven light."""
    size = Size(height=1280, width=900)
    scene = load_isolated(models / "tube-house.glb").scene
    camera = _nearer(view_camera(scene, "eye-level", size), 1.12)
    _, drawn = _looked_at(scene, camera)
    shape = (size.width, size.height)
    # Leaves are scribbled loosely; of the building a marker leaves out what is finer than itself.
    leaves = thinned([s for s in drawn if s.kind == "leaf"], shape, gap_px=2)
    lines = thinned([s for s in drawn if s.kind != "leaf" and s.length > 8], shape, gap_px=5)
    pens.marker(lines + leaves, (size.width, size.height), seed=8).save(path, quality=84, optimize=True)


def draw_street(models: Path, path: Path) -> None:
    """A street with the tube house in it, in clean lines with what is hidden left out."""
    size = Size(height=820, width=1400)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "street.glb")
        write_glb(street(), file)
        scene = load_isolated(file).scene
    camera = _nearer(view_camera(scene, "eye-level", size), 1.32)
    _, drawn = _looked_at(scene, camera)
    pens.ink(drawn, (size.width, size.height)).save(path, lossless=True, quality=100, method=6)
