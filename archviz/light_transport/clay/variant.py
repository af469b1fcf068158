"""What Mitsuba computes with on this machine: a graphics card, a vector compiler, or plain code."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import secrets
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archviz.core.errors import OptionError

__all__ = ["VARIANTS", "choose_variant", "clay_numerics", "load_mitsuba", "probe_variant"]

VARIANTS = ("cuda_ad_rgb", "llvm_ad_rgb", "scalar_rgb")
"""Fastest first; the last needs nothing but the wheel."""

_PROBE_TIMEOUT_S = 120.0
# A lit ball: a compiler that does not fit the processor ends its process here, not at the import.
_PROBE = """
import sys
import mitsuba as mi
mi.set_log_level(mi.LogLevel.Error)
mi.set_variant(sys.argv[1])
eye = mi.ScalarTransform4f().look_at([0, 0, 5], [0, 0, 0], [0, 1, 0])
film = {"type": "hdrfilm", "width": 8, "height": 8}
sensor = {"type": "perspective", "to_world": eye, "film": film}
scene = {"type": "scene", "integrator": {"type": "path"}, "sky": {"type": "constant"}, "ball": {"type": "sphere"}}
import numpy as np
picture = np.array(mi.render(mi.load_dict(scene | {"eye": sensor}), spp=4))
sys.exit(0 if np.isfinite(picture).all() and picture.mean() > 0.3 else 3)
"""
# What may change which variant runs, beside the packages and the machine.
_SETTINGS = ("DRJIT_LIBLLVM_PATH", "CUDA_VISIBLE_DEVICES")


def probe_variant(variant: str) -> bool:
    """Whether a variant renders here, tried in a child process: a wrong one takes its process with it."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, variant],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def choose_variant(device: str | None = None) -> str:
    """The fastest variant that renders on this machine, probed once.

    Parameters
    ----------
    device
        torch's name of the device: ``cuda`` asks for a graphics card, another one leaves it out;
        ``None`` takes what there is.

    Raises
    ------
    OptionError
        A graphics card is asked for and Mitsuba cannot use one.
    """
    ready = _ready_variants()
    if device is not None and device.startswith("cuda"):
        if VARIANTS[0] not in ready:
            raise OptionError(f"device {device!r}: the path tracer finds no card it can use; give cpu")
        return VARIANTS[0]
    return ready[0] if device is None else next(v for v in ready if not v.startswith("cuda"))


@functools.cache
def _ready_variants() -> tuple[str, ...]:
    """Variants that render here; kept in a file, for the probes take seconds, and asked once a process."""
    place = _cache_folder() / "mitsuba.json"
    key = [version("mitsuba"), platform.node(), platform.release(), sys.prefix, *map(os.environ.get, _SETTINGS)]
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(place.read_text(encoding="utf-8"))
        if kept["key"] == key and kept["ready"][-1] == VARIANTS[-1] and set(kept["ready"]) <= set(VARIANTS):
            return tuple(kept["ready"])
    ready = tuple(v for v in VARIANTS[:-1] if probe_variant(v)) + VARIANTS[-1:]
    # Without a place to keep it, every process asks again.
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
        partial.write_text(json.dumps({"key": key, "ready": ready}), encoding="utf-8")
        partial.replace(place)
    return ready


def _cache_folder() -> Path:
    # XDG Base Directory Specification: a relative value is to be ignored.
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".cache") / "archviz"


def load_mitsuba(variant: str, threads: int) -> Any:
    """Mitsuba's module, set to a variant and a number of threads."""
    import drjit
    import mitsuba

    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    if mitsuba.variant() != variant:
        mitsuba.set_variant(variant)
    drjit.set_thread_count(threads)
    return mitsuba


def clay_numerics(variant: str, threads: int) -> dict[str, str | int]:
    """What decides a clay picture's pixels beside the request."""
    return {
        "mitsuba": version("mitsuba"),
        "denoiser": version("pyoidn"),
        "clay_variant": variant,
        "clay_processor": platform.machine(),
        "clay_threads": threads,
    }
