"""Path tracing of training scenes by Cycles, in a child process with its own Python environment.

The child (``archviz/training/cycles``, GPL-3.0-or-later, imports ``bpy``) answers with raw arrays;
this side denoises them and writes them to the cache. It never imports ``bpy``.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.core.place import SunDirection
from archviz.training.blender import BlenderProcess, find_bpy_python
from archviz.training.traced import LIGHT_GROUPS, TracedView

__all__ = ["TraceReport", "denoised", "trace_scenes", "view_path"]

_TRIES = 2
_FLOAT16_TOP = 60_000.0
_SKY_DEPTH_M = 1e6


@dataclass(frozen=True, kw_only=True)
class TraceReport:
    """What a call of :func:`trace_scenes` did.

    Parameters
    ----------
    views
        Views written.
    present
        Views that were there already.
    failed
        Seed and reason of scenes given up.
    build_s, render_s, denoise_s
        Where the time went [seconds].
    """

    views: int
    present: int
    failed: tuple[tuple[int, str], ...]
    build_s: float
    render_s: float
    denoise_s: float

    def __str__(self) -> str:
        spent_s = self.build_s + self.render_s + self.denoise_s
        pace = f", {3600 * self.views / spent_s:.0f} views an hour" if spent_s > 0 else ""
        return (
            f"{self.views} views traced{pace} (building {self.build_s:.0f} s, rendering {self.render_s:.0f} s, "
            f"denoising {self.denoise_s:.0f} s); {self.present} were there, {len(self.failed)} scenes failed"
        )


@dataclass
class _Tally:
    views: int = 0
    present: int = 0
    failed: list[tuple[int, str]] = field(default_factory=list)
    build_s: float = 0.0
    render_s: float = 0.0
    denoise_s: float = 0.0

    def report(self) -> TraceReport:
        return TraceReport(**{**vars(self), "failed": tuple(self.failed)})


def view_path(cache: Path, seed: int, view: int) -> Path:
    """Where the traced view of a scene lies."""
    return cache / "traced" / f"{seed:06d}" / f"{view}.npz"


def trace_scenes(
    cache: Path,
    *,
    seeds: Iterable[int],
    samples: int = 24,
    threads: int = 1,
    longest_px: int | None = None,
    views: int | None = None,
    view_timeout_s: float = 900.0,
    python: Path | None = None,
    on_view: Callable[[int, int], None] | None = None,
) -> TraceReport:
    """Trace the views of ``<cache>/scenes/<seed>`` into ``<cache>/traced/<seed>/<view>.npz``.

    Views that are there are skipped, so a call goes on where the last one stopped. A scene that
    fails twice gets ``failed.json`` with the reason, and is skipped until that file is deleted.

    Parameters
    ----------
    seeds
        Scene numbers; one without a folder is refused.
    samples
        Paths a pixel.
    threads
        Of the child and of the denoiser.
    longest_px
        Views are made smaller to this longer side; ``None`` keeps their size.
    views
        The first so many of each scene; ``None`` for all.
    view_timeout_s
        A child that is silent for longer than this times its views is ended [seconds].
    python
        The Python that can import ``bpy``; :func:`find_bpy_python` of ``cache`` where it is not given.
    on_view
        Called with seed and view after each view is written.

    Raises
    ------
    OptionError
        A scene folder is missing, or there is no environment with ``bpy``.
    """
    if samples < 1 or threads < 1 or (longest_px is not None and longest_px < 16):
        raise OptionError(f"samples {samples}, threads {threads}, longest_px {longest_px}: give 1, 1 and 16 or more")
    if views is not None and views < 1:
        raise OptionError(f"views {views}: give 1 or more")
    python = python or find_bpy_python(cache)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    tally = _Tally()
    (cache / "traced").mkdir(parents=True, exist_ok=True)
    with BlenderProcess(python, log=cache / "traced" / "child.log") as child:
        for seed in seeds:
            job = _job(cache, seed, tally, views, samples=samples, threads=threads, longest_px=longest_px)
            if job is not None:
                _trace_scene(child, cache, seed, job, tally, timeout_s=view_timeout_s, on_view=on_view)
    return tally.report()


def _job(cache: Path, seed: int, tally: _Tally, views: int | None, **settings: Any) -> dict[str, Any] | None:
    folder = cache / "scenes" / f"{seed:06d}"
    if not (folder / "scene.json").is_file():
        raise OptionError(f"scene {folder} is missing; write it with the step `scenes` first")
    record = json.loads((folder / "scene.json").read_text(encoding="utf-8"))
    target = view_path(cache, seed, 0).parent
    target.mkdir(parents=True, exist_ok=True)
    rows = range(len(record["cameras"]))[:views]
    missing = [row for row in rows if not view_path(cache, seed, row).exists()]
    tally.present += len(rows) - len(missing)
    if not missing:
        return None
    if (target / "failed.json").exists():
        tally.failed.append((seed, json.loads((target / "failed.json").read_text(encoding="utf-8"))["error"]))
        return None
    return {"scene": str(folder), "views": missing, "suns": record["suns"], **settings}


def _trace_scene(
    child: BlenderProcess,
    cache: Path,
    seed: int,
    job: dict[str, Any],
    tally: _Tally,
    *,
    timeout_s: float,
    on_view: Callable[[int, int], None] | None,
) -> None:
    error = ""
    for _ in range(_TRIES):
        with tempfile.TemporaryDirectory(prefix="archviz-traced-") as scratch:
            answer = child.ask({**job, "output": scratch}, timeout_s=timeout_s * len(job["views"]))
            error = str(answer.get("error", ""))
            if error:
                continue
            tally.build_s += answer["build_s"]
            tally.render_s += sum(answer["view_s"])
            for row in job["views"]:
                began = time.perf_counter()
                with np.load(Path(scratch) / f"{row}.raw.npz", allow_pickle=False) as raw:
                    view = denoised(dict(raw), job["suns"])
                view.save(view_path(cache, seed, row))
                tally.denoise_s += time.perf_counter() - began
                tally.views += 1
                if on_view is not None:
                    on_view(seed, row)
            return
    tally.failed.append((seed, error))
    reason = json.dumps({"error": error})
    (view_path(cache, seed, 0).parent / "failed.json").write_text(reason, encoding="utf-8")


def denoised(passes: Mapping[str, NDArray[np.float32]], suns: list[dict[str, float]]) -> TracedView:
    """A view from the child's noisy passes.

    Each group is denoised alone by Intel Open Image Denoise, guided by albedo and normal, so
    that any mix of groups is clean. A group without light is left out. So is coverage: through
    glass before the sky it is as noisy as the light, and its noise would stay where the light's went.
    """
    import pyoidn

    albedo, normal = (
        np.ascontiguousarray(np.nan_to_num(passes[name]), dtype=np.float32) for name in ("albedo", "normal")
    )
    albedo = np.clip(albedo, 0.0, 1.0)
    groups = []
    for name in LIGHT_GROUPS:
        noisy = np.ascontiguousarray(np.nan_to_num(passes[name], posinf=0.0, neginf=0.0), dtype=np.float32)
        if noisy.any():
            noisy = pyoidn.denoise(noisy, albedo, normal, hdr=True)
        groups.append(np.clip(noisy, 0.0, _FLOAT16_TOP).astype(np.float16))
    depth = passes["depth"]
    directions = [SunDirection(altitude_deg=s["altitude_deg"], azimuth_deg=s["azimuth_deg"]) for s in suns]
    return TracedView(
        groups=np.stack(groups),
        alpha=_denoised_coverage(passes["alpha"]).astype(np.float16),
        depth_m=np.where(depth < _SKY_DEPTH_M, depth, np.inf).astype(np.float32),
        suns=(directions[0], directions[1]),
    )


def _denoised_coverage(alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    import pyoidn
    from scipy.ndimage import maximum_filter, minimum_filter

    # The denoiser comes near 0 and 1, not to them: what is whole all around stays as it is.
    mixed = maximum_filter(alpha, size=5) - minimum_filter(alpha, size=5) > 0.0
    if not mixed.any():
        return alpha
    triple = np.repeat(alpha[..., None], 3, axis=-1).astype(np.float32)
    # Without guides: behind glass their noise is the coverage's own, and would be kept as texture.
    smooth = np.clip(pyoidn.denoise(triple, hdr=False)[..., 0], 0.0, 1.0)
    return np.where(mixed, smooth, alpha).astype(np.float32)
