"""Arrays that a child process hands back: plain files, believed in no more than their length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_array", "write_array"]


def write_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    """Write an array under a name."""
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def read_array(folder: Path, name: str) -> NDArray[Any]:
    """An array that a child wrote.

    Raises
    ------
    ValueError, OSError
        There is none, or its header says more than the file holds.
    """
    path = folder / f"{name}.npy"
    if path.is_symlink():
        raise ValueError(f"{path} is a link")
    # A map fails where the file is shorter than its header says; a plain read would take the memory first.
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.array(mapped)
