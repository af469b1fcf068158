"""Files of strangers: read in a child process that has a memory, a time, a folder, and no network."""

from archviz.isolation.arrays import read_array, write_array
from archviz.isolation.limits import cpu_seconds_for, memory_for
from archviz.isolation.reading import Task, ask, printable

__all__ = ["Task", "ask", "cpu_seconds_for", "memory_for", "printable", "read_array", "write_array"]
