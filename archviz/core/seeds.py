"""Seeds that follow from one seed by name, the same on every machine."""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["derive_generator", "derive_seed"]


def derive_seed(seed: int, *labels: object) -> int:
    """A 63-bit seed that depends on ``seed`` and on every label's text, and on nothing else."""
    text = "\x1f".join([str(seed), *map(str, labels)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def derive_generator(seed: int, *labels: object) -> np.random.Generator:
    """A numpy generator of :func:`derive_seed`."""
    return np.random.default_rng(derive_seed(seed, *labels))
