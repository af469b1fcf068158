"""Prints the edge recall of `mini` on the samples as its control strength, end step and steps are changed.

The rule of ``--min-fidelity`` (:mod:`archviz.render.retry`) rests on this table.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import numpy as np

from archviz.core.size import Size
from archviz.diffusion import load_engine
from archviz.fidelity import edge_evidence, trace_wireframe
from archviz.render import Renderer, RenderRequest
from archviz.render.asking import diffusion_request
from archviz.render.request import GeometryFreedom
from archviz.samples import sample_path

# Sample, lighting, view: bright and dull light, near and from above.
_VIEWS = (
    ("garden-villa", "morning", "front-left"),
    ("school", "golden-hour", "front-right"),
    ("tube-house", "overcast", "front-right"),
    ("gable-house", "noon", "aerial"),
)
# Control strength, how long it holds, steps.
_SETTINGS: tuple[tuple[float, GeometryFreedom, int], ...] = (
    (1.0, "strict", 4),
    (0.8, "strict", 4),
    (1.25, "strict", 4),
    (1.5, "strict", 4),
    (1.0, "balanced", 4),
    (1.0, "free", 4),
    (1.0, "strict", 1),
    (1.0, "strict", 2),
    (1.0, "strict", 8),
    (1.25, "strict", 1),
    (1.25, "strict", 2),
    (1.25, "strict", 8),
)


def main() -> int:
    """Measure every setting on every view."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.retry", description=__doc__)
    parser.add_argument("--size", default="448x320")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    engine = load_engine("mini", device="cpu", threads=options.threads)
    renderer, size = Renderer(load=lambda *args, **kwargs: engine), Size.parse(options.size)
    views = []
    for sample, lighting, view in _VIEWS:
        request = RenderRequest(
            input=sample_path(sample), size=size, environment="meadow", lighting=lighting, view=view
        )
        resolved = renderer.resolve(request)
        maps = renderer.maps(resolved)
        assert maps.gbuffer is not None and maps.light is not None  # a model has both
        views.append((resolved, maps, maps.gbuffer, maps.light.deferred.array, trace_wireframe(maps.gbuffer)))
    print(f"| control, hold, steps | {' | '.join(sample for sample, _, _ in _VIEWS)} | mean | gain |", flush=True)
    print("|---|" + "---|" * (len(_VIEWS) + 2), flush=True)
    first = 0.0
    for scale, geometry, steps in _SETTINGS:
        scores = []
        for resolved, maps, gbuffer, reference, wires in views:
            asked = replace(
                resolved,
                control_scales={"stack": scale},
                geometry=geometry,
                steps=steps,
                start_strength=engine.spec.start.strengths[geometry] if engine.spec.start is not None else 1.0,
            )
            image = engine.generate(
                diffusion_request(asked, maps, maps.light.deferred if maps.light is not None else None)
            )
            score = edge_evidence(image, gbuffer, reference=reference, part="building", wireframe=wires).score
            scores.append(float("nan") if score is None else score)
        mean = float(np.mean(scores))
        first = first or mean
        cells = " | ".join(f"{score:.3f}" for score in scores)
        print(f"| {scale:g}, {geometry}, {steps} | {cells} | {mean:.3f} | {mean - first:+.3f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
