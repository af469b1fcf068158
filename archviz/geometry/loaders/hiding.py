"""What is not drawn: what a file holds beside the building, and what the user leaves out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from archviz.core.errors import OptionError

__all__ = ["Hidden", "check_patterns", "is_wanted", "why_undrawn"]

_ASKED = "as asked"
# Classes and layers by their whole name; IFC classes as exporters to other formats write them.
_UNDRAWN = (
    (
        "a room's volume",
        r"ifcspaces?(?:/.*)?|ifcspatialzone(?:/.*)?|room volumes?|area boundar(?:y|ies)|[a-z]-area(?:-.*)?",
    ),
    ("the void of an opening", r"ifcopeningelement(?:/.*)?|ifcvoiding\w*(?:/.*)?|opening voids?"),
    ("a grid", r"ifcgrid\w*(?:/.*)?|grid ?lines?|[a-z]-grid(?:-.*)?|(?:lưới )?trục"),
    (
        "an annotation",
        r"ifcannotation(?:/.*)?|annotations?|[a-z]-anno(?:-.*)?|dims?|dimensions?|defpoints|kích thước|ghi chú",
    ),
    (
        "construction geometry",
        r"ifcvirtualelement(?:/.*)?|construction (?:lines?|geometry)|guide ?lines?|guides?|reference planes?",
    ),
)
# These words alone may name a thing too ("grid" of beams): they count where they name a whole layer.
_UNDRAWN_GROUPS = (
    ("a room's volume", r"rooms?|spaces?|zones?"),
    ("a grid", r"grids?"),
    ("an annotation", r"texts?|labels?|tags?|anno"),
    ("construction geometry", r"construction|helpers?"),
)
_NEAR, _LISTED = 5, 8


@dataclass(frozen=True)
class Hidden:
    """Something that a file holds and that is not drawn.

    Parameters
    ----------
    name
        Of the element, or how many of what.
    why
        The reason.
    group
        Its class or layer.
    show
        The name by which it is drawn all the same; empty where there is nothing to draw.
    """

    name: str
    why: str = _ASKED
    group: str = ""
    show: str = ""

    @property
    def asked(self) -> bool:
        """Whether it is the user's own wish."""
        return self.why == _ASKED

    def __str__(self) -> str:
        shown = f"{self.name} ({self.group})" if self.group not in ("", self.name) else self.name
        return f"{shown}: {self.why}"


def is_wanted(patterns: Sequence[str], *names: str) -> bool:
    """Whether one of an element's names fits one of the patterns, small and capital letters alike."""
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns for name in names if name)


def why_undrawn(name: str, group: str) -> str:
    """Why an element of a name and class or layer is not drawn; empty where it is."""
    for why, pattern in _UNDRAWN:
        if any(re.fullmatch(pattern, text.strip().casefold()) for text in (name, group)):
            return why
    for why, pattern in _UNDRAWN_GROUPS:
        if re.fullmatch(pattern, group.strip().casefold()):
            return why
    return ""


def check_patterns(patterns: Sequence[str], names: Sequence[str]) -> None:
    """Refuse a pattern that no element's name, class or layer fits.

    Raises
    ------
    OptionError
        There is one.
    """
    known = list(dict.fromkeys(name for name in names if name))
    for pattern in patterns:
        if is_wanted([pattern], *known):
            continue
        folded = {name.casefold(): name for name in known}
        near = [folded[n] for n in difflib.get_close_matches(pattern.casefold(), folded, n=_NEAR, cutoff=0.5)]
        if near:
            raise OptionError(f"no element is called {pattern!r}; near are {', '.join(near)}")
        rest = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
        raise OptionError(f"no element is called {pattern!r}; there are {', '.join(known[:_LISTED])}{rest}")
