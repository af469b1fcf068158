# SPDX-FileCopyrightText: 2026 The archviz authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The child process: one scene a line on standard input, one JSON answer a line on standard output.

Run by the Python of the bpy environment as ``python worker.py``; see README.md here.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from build import build
from render import place_camera, render_view, set_up


def trace(job: dict, scratch: Path) -> dict:
    """Render every missing view of one scene folder; raw arrays go to ``job["output"]``."""
    started = time.perf_counter()
    record = build(Path(job["scene"]))
    set_up(job["samples"], job["threads"])
    built = time.perf_counter() - started
    seconds = []
    for row in job["views"]:
        began = time.perf_counter()
        place_camera(_sized(record["cameras"][row]["camera"], job["longest_px"]))
        passes = render_view(scratch, seed=record["seed"] * 31 + row)
        with open(Path(job["output"]) / f"{row}.raw.npz", "wb") as file:
            np.savez(file, **passes)
        seconds.append(time.perf_counter() - began)
    return {"build_s": built, "view_s": seconds}


def _sized(camera: dict, longest_px: int | None) -> dict:
    scale = min(1.0, longest_px / max(camera["size"])) if longest_px else 1.0
    if scale == 1.0:
        return camera
    return {**camera, "size": [max(8, round(side * scale / 8) * 8) for side in camera["size"]]}


def main() -> None:
    """Serve until standard input closes."""
    # Blender prints progress on the real standard output; answers keep their own copy of it.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="archviz-trace-") as scratch:
        for line in sys.stdin:
            job = json.loads(line)
            try:
                answer = trace(job, Path(scratch))
            except Exception as error:
                traceback.print_exc()
                answer = {"error": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
