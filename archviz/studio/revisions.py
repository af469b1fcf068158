"""A new version of a model: what of the choices for the old one still has an element to go to."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archviz.core.elements import ElementTable
from archviz.core.errors import OptionError
from archviz.render.materials import match_elements

__all__ = ["Revision", "revise_choices"]


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What became of choices by element name.

    Parameters
    ----------
    materials, hide
        Those that still name something.
    lost_materials, lost_hide
        Those that named something before and name nothing now.
    gone, new
        Names of elements that only the old version has, and only the new one.
    """

    materials: Mapping[str, str]
    hide: tuple[str, ...]
    lost_materials: Mapping[str, str]
    lost_hide: tuple[str, ...]
    gone: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def anything_lost(self) -> bool:
        """Whether a choice or an element is not there any more."""
        return bool(self.lost_materials or self.lost_hide or self.gone)


def revise_choices(
    old: ElementTable, new: ElementTable, *, materials: Mapping[str, str], hide: Sequence[str]
) -> Revision:
    """Take choices from one version to the next.

    Parameters
    ----------
    old, new
        The elements of both versions, with nothing left out.
    materials
        Element pattern -> material in words.
    hide
        Patterns of elements to leave out.
    """
    kept = {pattern: words for pattern, words in materials.items() if _names_something(new, pattern)}
    names = [element.name for element in new.elements]
    hidden = tuple(pattern for pattern in hide if _hides(names, pattern))
    before = dict.fromkeys(element.name for element in old.elements)
    after = dict.fromkeys(names)
    return Revision(
        materials=kept,
        hide=hidden,
        lost_materials={pattern: words for pattern, words in materials.items() if pattern not in kept},
        lost_hide=tuple(pattern for pattern in hide if pattern not in hidden),
        gone=tuple(name for name in before if name not in after),
        new=tuple(name for name in after if name not in before),
    )


def _names_something(table: ElementTable, pattern: str) -> bool:
    try:
        return bool(match_elements(table, pattern))
    except OptionError:
        return False


def _hides(names: Sequence[str], pattern: str) -> bool:
    wanted = pattern.casefold()
    return any(fnmatch.fnmatchcase(name.casefold(), wanted) for name in names)
