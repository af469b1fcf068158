# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cycles settings, cameras, and the passes of one view as arrays."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from files import read_exr
from light import GROUPS, STRENGTHS
from mathutils import Matrix

_AUXILIARY = ("albedo", "normal", "depth", "alpha")


def set_up(samples: int, threads: int) -> None:
    """Settings shared by every view."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    scene.render.film_transparent = True
    scene.render.use_persistent_data = True
    scene.render.use_compositing = False
    scene.render.use_sequencer = False
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = samples
    # Few samples whose error is spread evenly over neighbouring pixels leave the denoiser less to guess.
    cycles.sampling_pattern = "BLUE_NOISE"
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.use_auto_tile = False
    cycles.use_light_tree = True
    cycles.max_bounces = 4
    cycles.diffuse_bounces = 2
    cycles.glossy_bounces = 2
    cycles.transmission_bounces = 4
    cycles.transparent_max_bounces = 8
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False
    cycles.blur_glossy = 0.5
    # One bright sample in a dark corner would leave a blotch that the denoiser keeps.
    cycles.sample_clamp_indirect = 4.0
    cycles.light_sampling_threshold = 0.005
    cycles.pixel_filter_type = "BLACKMAN_HARRIS"
    cycles.filter_width = 1.5
    settings = scene.render.image_settings
    settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "32"
    settings.exr_codec = "NONE"
    layer = scene.view_layers[0]
    layer.use_pass_z = True
    layer.cycles.denoising_store_passes = True
    for name in GROUPS:
        layer.lightgroups.add(name=name)


def place_camera(entry: dict) -> None:
    """Make the scene file's camera the active one."""
    scene = bpy.context.scene
    data = bpy.data.cameras.get("view") or bpy.data.cameras.new("view")
    thing = bpy.data.objects.get("view")
    if thing is None:
        thing = bpy.data.objects.new("view", data)
        scene.collection.objects.link(thing)
    forward = np.subtract(entry["target_m"], entry["position_m"])
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, entry.get("up", (0.0, 0.0, 1.0)))
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = right, np.cross(right, forward), -forward
    matrix[:3, 3] = entry["position_m"]
    thing.matrix_world = Matrix(matrix.tolist())
    data.sensor_fit = "AUTO"
    data.sensor_width = entry["sensor_mm"]
    data.lens = entry["focal_mm"]
    data.shift_x, data.shift_y = entry["shift"]
    data.clip_start, data.clip_end = 0.05, 50_000.0
    scene.render.resolution_x, scene.render.resolution_y = entry["size"]
    scene.render.resolution_percentage = 100
    scene.camera = thing


def render_view(scratch: Path, seed: int) -> dict[str, np.ndarray]:
    """Light groups of unit strength, (H, W, 3) float32 each, and albedo, normal, depth and alpha."""
    scene = bpy.context.scene
    scene.cycles.seed = seed
    path = scratch / "view.exr"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    passes = read_exr(path)
    path.unlink()
    return {**_groups(passes), **_auxiliary(passes)}


def _pick(passes: dict[str, np.ndarray], name: str, letters: str) -> np.ndarray:
    picked = [next(v for k, v in passes.items() if k.endswith(f"{name}.{letter}")) for letter in letters]
    return np.stack(picked, axis=-1)


def _groups(passes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: _pick(passes, f"Combined_{name}", "RGB") / STRENGTHS[name] for name in GROUPS}


def _auxiliary(passes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        "albedo": _pick(passes, "Denoising Albedo", "RGB"),
        "normal": _pick(passes, "Denoising Normal", "XYZ"),
        "depth": _pick(passes, "Depth", "Z" if any(k.endswith("Depth.Z") for k in passes) else "V")[..., 0],
        "alpha": np.clip(_pick(passes, "Combined", "A")[..., 0], 0.0, 1.0),
    }
