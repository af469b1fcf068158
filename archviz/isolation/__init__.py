"""Files of strangers: read in a child process that has a memory, a time, a folder, and no network."""

from archviz.isolation.arrays import read_array, write_array
from archviz.isolation.limits import cpu_seconds_for, memory_for
from archviz.isolation.reading import Task, ask

__all__ = ["Task", "ask", "cpu_seconds_for", "memory_for", "read_array", "write_array"]
