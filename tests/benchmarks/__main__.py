"""Prints a table of speeds, each the best of a few runs, beside what it should be."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

_LAPTOP = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
_LIMITS_S = {
    "help": 0.5,
    "G-buffer with edges": 2.0,
    "sun": 0.5,
    "occlusion": 1.5,
    "mini, load": 2.0,
    "mini, 8 steps": 2.0,
    "mini, 4 steps": 1.2,
    "mini, load, AVX2 in fp32": 2.0,
    "mini, 8 steps, AVX2 in fp32": 5.0,
    "mini, 4 steps, AVX2 in fp32": 3.0,
}


def main() -> int:
    """Run everything, or the part named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the best counts")
    parser.add_argument("--child", choices=("mini",), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child == "mini":
        print(json.dumps(_mini(options.runs)))
        return 0
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    _show("help", _help(options.runs))
    for name, seconds in _maps(options.runs).items():
        _show(name, seconds)
    for name, seconds in _clay(options.runs).items():
        _show(name, seconds, note="768x512, villa in a park at noon, maps included")
    for suffix, settings in (("", {}), (", AVX2 in fp32", _LAPTOP)):
        found = _mini_in_child(options.runs, settings)
        if "error" in found:
            print(f"mini{suffix:<20} {found['error']}")
        else:
            _show(f"mini, load{suffix}", found["load_s"], note="torch and diffusers imported before")
            for steps, seconds in found["seconds"].items():
                _show(f"mini, {steps} steps{suffix}", seconds, note=f"512x512, {found['key']}, {found['work'][steps]}")
    return 0


def _show(name: str, seconds: float, *, note: str = "") -> None:
    limit = _LIMITS_S.get(name)
    target = f"(under {limit:g} s: {'yes' if seconds < limit else 'NO'})" if limit else ""
    print(f"{name:<28} {seconds:7.3f} s {target} {note}".rstrip(), flush=True)


def _best(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def _help(runs: int) -> float:
    command = [sys.executable, "-c", "import sys; from archviz.cli import main; sys.exit(main(['--help']))"]
    return _best(lambda: subprocess.run(command, check=True, capture_output=True), runs)


def _maps(runs: int) -> dict[str, float]:
    """Speeds of the maps of 100,000 triangles at 1024x1024."""
    from archviz.core.place import SunDirection
    from archviz.core.size import Size
    from archviz.geometry.gbuffer import rasterize
    from archviz.geometry.raycast import RayCaster
    from archviz.geometry.views import view_camera
    from archviz.light_transport.occlusion import ambient_occlusion
    from archviz.light_transport.visibility import sun_visibility

    scene = _blocks(8334)
    camera = view_camera(scene, "aerial", Size(height=1024, width=1024))
    started = time.perf_counter()
    caster = RayCaster(scene)
    build = time.perf_counter() - started
    gbuffer = rasterize(scene, camera, caster=caster)
    sun = SunDirection(altitude_deg=35.0, azimuth_deg=220.0)
    return {
        f"ray structure, {len(scene.faces)}": build,
        "G-buffer with edges": _best(lambda: rasterize(scene, camera, caster=caster), runs),
        "sun": _best(lambda: sun_visibility(caster, gbuffer, sun), runs),
        "occlusion": _best(lambda: ambient_occlusion(caster, gbuffer), runs),
    }


def _clay(runs: int) -> dict[str, float]:
    """Speeds of whole clay pictures, warm: the first one of a process also finds the variant and loads it."""
    from archviz.core.size import Size
    from archviz.render import Renderer, RenderRequest
    from archviz.samples import sample_path

    found = {}
    for engine in ("clay", "clay-white"):
        renderer = Renderer()
        asked = {"input": sample_path("garden-villa"), "engine": engine, "lighting": "noon", "environment": "park"}
        renderer.render(RenderRequest(**asked, size=Size(height=64, width=64), steps=1))
        seeds = iter(range(1, 1 + runs))
        found[engine] = _best(
            lambda renderer=renderer, asked=asked, seeds=seeds: renderer.render(
                RenderRequest(**asked, seed=next(seeds), size=Size(height=512, width=768))
            ),
            runs,
        )
    return found


def _blocks(count: int) -> Any:
    """``count`` boxes of 12 triangles on a square grid, each of its own height: a town."""
    from archviz.core.elements import Element, ElementTable
    from archviz.core.material import Material
    from archviz.geometry.scene import Scene

    corners = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=np.float32)
    quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (1, 3, 7, 5), (3, 2, 6, 7), (2, 0, 4, 6)]
    faces = np.array([[q[i] for i in t] for q in quads for t in ((0, 1, 2), (0, 2, 3))], dtype=np.int32)
    side = int(np.ceil(np.sqrt(count)))
    place = np.arange(count)
    heights = np.random.default_rng(1).uniform(2.0, 12.0, count).astype(np.float32)
    origins = np.stack([place % side, place // side, np.zeros(count)], axis=1).astype(np.float32) * 5.0
    extents = np.stack([np.full(count, 3.0), np.full(count, 3.0), heights], axis=1).astype(np.float32)
    vertices = corners[None] * extents[:, None] + origins[:, None]
    return Scene(
        vertices_m=vertices.reshape(-1, 3),
        faces=(faces[None] + 8 * place[:, None, None]).reshape(-1, 3).astype(np.int32),
        face_elements=np.repeat(place % 64, 12).astype(np.int32),
        table=ElementTable(tuple(Element(name=f"block {i}", material=0) for i in range(64)), (Material(name="grey"),)),
    )


def _mini_in_child(runs: int, settings: dict[str, str]) -> dict[str, Any]:
    """The instruction set is chosen when torch starts, so each needs a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--child", "mini", "--runs", str(runs)],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def _mini(runs: int) -> dict[str, Any]:
    """Load, and warm pictures of a villa among grass and trees: what a picture shows is what the finisher works on."""
    from diffusers import StableDiffusionControlNetPipeline  # noqa: F401 - its import is not the engine's load
    from torch.utils.flop_counter import FlopCounterMode

    from archviz.core.size import Size
    from archviz.diffusion import load_engine
    from archviz.render import Renderer, RenderRequest
    from archviz.samples import sample_path
    from archviz.training.asking import ask

    started = time.perf_counter()
    engine = load_engine("mini", device="cpu")
    load_s = time.perf_counter() - started
    size = Size(height=512, width=512)
    villa = {"input": sample_path("garden-villa"), "environment": "park", "lighting": "morning", "size": size}
    maps = Renderer().render(RenderRequest(**villa)).maps
    asked = {"prompt": "a house in a park, morning", "stack": maps.stack, "deferred": maps.light.deferred, "seed": 1}
    seconds, work = {}, {}
    for steps in (4, 8):
        request = ask(engine.spec, **asked, steps=steps)
        with FlopCounterMode(display=False) as counter:
            engine.generate(request)  # warm
        work[steps] = f"{counter.get_total_flops() / 1e12:.2f} TFLOP"
        seconds[steps] = _best(lambda request=request: engine.generate(request), runs)
    key = engine.numerics_key()
    shown = ", ".join(f"{k} {key[k]}" for k in ("precision", "threads") if k in key)
    return {"load_s": load_s, "seconds": seconds, "work": work, "key": shown}


if __name__ == "__main__":
    sys.exit(main())
