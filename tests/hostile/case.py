"""One hostile upload and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archviz.geometry.loaders import MODEL_SUFFIXES

Files = list[tuple[str, bytes]]


@dataclass(frozen=True, kw_only=True)
class Lure:
    """What hostile files point at: each must stay untouched.

    Parameters
    ----------
    file
        Absolute path of a file outside every upload.
    port
        Where a server on this computer listens.
    """

    file: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/lure.png"

    @property
    def above(self) -> str:
        """The file, by as many steps up as any upload lies deep."""
        return "../" * 30 + self.file.lstrip("/")


@dataclass(frozen=True)
class Refused:
    """One sentence that names the file and matches ``pattern``."""

    pattern: str


@dataclass(frozen=True)
class Read:
    """A model of exactly this size [m] and number of triangles.

    ``says`` are patterns: each matches a warning, an assumption or something hidden, and no warning is
    unexpected.
    """

    size: tuple[float, float, float] = (10.0, 8.0, 6.0)
    triangles: int = 12
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A drawing of this width and height [px]; ``says`` as in :class:`Read`."""

    size: tuple[int, int]
    says: tuple[str, ...] = ()


Outcome = Refused | Read | Drawn


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row of the set.

    Parameters
    ----------
    name
        Stands once.
    files
        Makes the upload.
    outcome
        What must come of it.
    """

    name: str
    files: Callable[[Lure], Files]
    outcome: Outcome


def case(name: str, file: str, content: bytes | str | Callable[[], bytes], outcome: Outcome | str) -> Case:
    """A case of one file; a text as ``outcome`` is the pattern of a refusal."""

    def files(_: Lure) -> Files:
        data = content() if callable(content) else content
        return [(file, data.encode() if isinstance(data, str) else data)]

    return Case(name=name, files=files, outcome=Refused(outcome) if isinstance(outcome, str) else outcome)


def luring(name: str, files: Callable[[Lure], Files], outcome: Outcome | str) -> Case:
    """A case of several files, or of one that points at a lure."""
    return Case(name=name, files=files, outcome=Refused(outcome) if isinstance(outcome, str) else outcome)


def present(suffix: str, cases: Iterable[Case]) -> list[Case]:
    """Cases of a format that is read or not, by the loaders there are."""
    return list(cases) if suffix in MODEL_SUFFIXES else []
