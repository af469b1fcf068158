"""A small store of things that are costly to make and asked for again."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

__all__ = ["Shelf"]

T = TypeVar("T")


class Shelf:
    """Keeps the last few things of each kind.

    Parameters
    ----------
    capacity
        Things kept of each kind.

    Attributes
    ----------
    made
        Kind -> how often a thing of it had to be made.
    """

    def __init__(self, capacity: int = 2) -> None:
        self.made: Counter[str] = Counter()
        self._capacity = capacity
        self._kinds: dict[str, OrderedDict[Hashable, Any]] = {}

    def get(self, kind: str, key: Hashable, make: Callable[[], T]) -> T:
        """The thing under ``key``, made now if it is not there."""
        kept = self._kinds.setdefault(kind, OrderedDict())
        if key not in kept:
            thing = make()
            self.made[kind] += 1
            kept[key] = thing
            while len(kept) > self._capacity:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]
