"""Memory, time, files and processes that a reading process may take."""

from __future__ import annotations

import math
from pathlib import Path

__all__ = ["MAX_SECONDS", "cpu_seconds_for", "limit_process", "memory_for", "wall_seconds_for"]

MAX_SECONDS = 120
_BASE_BYTES = 512 << 20
_BYTES_PER_BYTE = 12
_MAX_BYTES = 4 << 30
# A small file's reader is gone within ten seconds: the limit is rounded up, and met a moment late.
_BASE_CPU_S = 7.0
_CPU_S_PER_BYTE = 2e-6
# A computer that is busy gives a reader a part of its time.
_WALL_S_PER_CPU_S = 5.0
# The largest array that is handed back is that of five million loose triangles: 180 MB.
_MAX_FILE_BYTES = 256 << 20
_MAX_OPEN_FILES = 128


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


def wall_seconds_for(cpu_s: float) -> float:
    """Time after which a reader that may take ``cpu_s`` of a processor hangs [s]."""
    return min(_WALL_S_PER_CPU_S * cpu_s, float(MAX_SECONDS))


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
    A file that it writes may have 256 MiB, it may hold 128 files open and leaves no core dump. Where
    the system knows no such limits (Windows), only the parent's clock ends the process.
    """
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(usage.ru_utime + usage.ru_stime + cpu_s)
    statm = Path("/proc/self/statm")
    limits = [
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, _MAX_OPEN_FILES),
    ]
    if statm.exists():
        taken = int(statm.read_text().split()[0]) * resource.getpagesize()
        limits.append((resource.RLIMIT_AS, taken + memory_bytes))
    for kind, value in limits:
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
