"""Memory and time that a reading process may take."""

from __future__ import annotations

import math
from pathlib import Path

__all__ = ["MAX_SECONDS", "cpu_seconds_for", "limit_process", "memory_for"]

MAX_SECONDS = 120
_BASE_BYTES = 512 << 20
_BYTES_PER_BYTE = 12
_MAX_BYTES = 4 << 30
_BASE_CPU_S = 8.0
_CPU_S_PER_BYTE = 2e-6


def memory_for(size_bytes: int) -> int:
    """Memory to read a file of a size in: half a GiB and twelve times the file, 4 GiB at most [bytes]."""
    return min(_BASE_BYTES + _BYTES_PER_BYTE * size_bytes, _MAX_BYTES)


def cpu_seconds_for(size_bytes: int, *, effort: float = 1.0) -> float:
    """Processor time to read a file of a size in [s]: a small file is refused soon.

    Parameters
    ----------
    size_bytes
        Of the file [bytes].
    effort
        How much longer a byte takes than one of a mesh.
    """
    return min(_BASE_CPU_S + _CPU_S_PER_BYTE * size_bytes * effort, float(MAX_SECONDS))


def limit_process(*, memory_bytes: int, cpu_s: float) -> None:
    """Limit what this process may take from now on.

    Parameters
    ----------
    memory_bytes
        Address space beyond what is taken already.
    cpu_s
        Processor time beyond what is spent already.

    Notes
    -----
    Where the system knows no such limits (Windows), only the parent's clock ends the process.
    """
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(usage.ru_utime + usage.ru_stime + cpu_s)
    statm = Path("/proc/self/statm")
    limits = [(resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)]
    if statm.exists():
        taken = int(statm.read_text().split()[0]) * resource.getpagesize()
        limits.append((resource.RLIMIT_AS, taken + memory_bytes))
    for kind, value in limits:
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
