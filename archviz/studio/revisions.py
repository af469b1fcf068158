"""A new version of a model: what of the choices for the old one still has an element to go to."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archviz.core.elements import ElementClass, ElementTable
from archviz.core.errors import OptionError
from archviz.render.materials import match_elements

__all__ = ["Revision", "revise_choices"]


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What became of choices by element name.

    Parameters
    ----------
    materials, hide, show, classes
        Those that still name something.
    lost_materials, lost_hide, lost_show, lost_classes
        Those that named something before and name nothing now.
    gone, new
        Names of elements that only the old version has, and only the new one.
    """

    materials: Mapping[str, str]
    hide: tuple[str, ...]
    show: tuple[str, ...]
    classes: Mapping[str, ElementClass]
    lost_materials: Mapping[str, str]
    lost_hide: tuple[str, ...]
    lost_show: tuple[str, ...]
    lost_classes: Mapping[str, ElementClass]
    gone: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def anything_lost(self) -> bool:
        """Whether a choice or an element is not there any more."""
        return bool(self.lost_materials or self.lost_hide or self.lost_show or self.lost_classes or self.gone)


def revise_choices(
    old: ElementTable,
    new: ElementTable,
    *,
    materials: Mapping[str, str],
    hide: Sequence[str],
    show: Sequence[str] = (),
    classes: Mapping[str, ElementClass] | None = None,
    undrawn: Sequence[str] = (),
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
    show
        Patterns of elements to draw though the file hides them.
    classes
        Element pattern -> what it is.
    undrawn
        Names, classes and layers of what the new version hides by itself.
    """
    kept = {pattern: words for pattern, words in materials.items() if _names_something(new, pattern)}
    names = [element.name for element in new.elements]
    # What is read with a file is called by its class or layer too.
    called = [*names, *(element.class_name for element in new.elements), *undrawn]
    hidden = tuple(pattern for pattern in hide if _names_one(called, pattern))
    shown = tuple(pattern for pattern in show if _names_one(called, pattern))
    corrected = {pattern: value for pattern, value in (classes or {}).items() if _names_one(called, pattern)}
    before = dict.fromkeys(element.name for element in old.elements)
    after = dict.fromkeys(names)
    return Revision(
        materials=kept,
        hide=hidden,
        show=shown,
        classes=corrected,
        lost_materials={pattern: words for pattern, words in materials.items() if pattern not in kept},
        lost_hide=tuple(pattern for pattern in hide if pattern not in hidden),
        lost_show=tuple(pattern for pattern in show if pattern not in shown),
        lost_classes={pattern: value for pattern, value in (classes or {}).items() if pattern not in corrected},
        gone=tuple(name for name in before if name not in after),
        new=tuple(name for name in after if name not in before),
    )


def _names_something(table: ElementTable, pattern: str) -> bool:
    try:
        return bool(match_elements(table, pattern))
    except OptionError:
        return False


def _names_one(names: Sequence[str], pattern: str) -> bool:
    wanted = pattern.casefold()
    return any(fnmatch.fnmatchcase(name.casefold(), wanted) for name in names)
