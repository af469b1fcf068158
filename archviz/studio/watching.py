"""A file on this computer that is read again when it was saved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from archviz.core.errors import OptionError
from archviz.geometry.sniff import MAX_FILE_BYTES
from archviz.studio.designs import MOST_FILES

__all__ = ["Snapshot", "Stamp", "find_watched", "stamp_of", "take_snapshot"]

Stamp = tuple[tuple[str, int, int], ...]
"""(path, modification time [ns], bytes) of each file."""

# What a model may refer to beside itself, and which of these refer on.
_BESIDE = frozenset({".mtl", ".bin", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tga", ".tif", ".tiff"})
_TEXTS = frozenset({".obj", ".gltf", ".dae", ".mtl"})
_MOST_SEEN = 2000


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A watched file and those it refers to, as they were at one moment.

    Parameters
    ----------
    files
        (name, content), the file itself first.
    paths
        Where they were read.
    sha256
        Over all names and contents.
    """

    files: tuple[tuple[str, bytes], ...]
    paths: tuple[Path, ...]
    sha256: str


def find_watched(text: str) -> Path:
    """The file that a user named.

    Raises
    ------
    OptionError
        It is not a file that can be read, or not named from the root of the file system.
    """
    path = Path(text.strip().strip("\"'")).expanduser()
    if not path.is_absolute():
        raise OptionError(f"{text.strip()!r} is not a whole path; give it from the root, such as /home/me/house.glb")
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise OptionError(f"{path} is not a file; give the model or drawing itself")
        path.open("rb").close()
    except OSError as error:
        raise OptionError(f"{path}: {error.strerror}; give a file that can be read") from error
    if size > MAX_FILE_BYTES:
        raise OptionError(f"{path}: {size / 1e6:.0f} MB; up to {MAX_FILE_BYTES // 10**6} MB are accepted")
    return path.resolve()


def stamp_of(paths: tuple[Path, ...]) -> Stamp:
    """What tells that a file was saved; a file that is gone for the moment has none."""
    found = []
    for path in paths:
        try:
            stat = path.stat()
        except OSError:
            continue
        found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def take_snapshot(path: Path) -> Snapshot:
    """Read a watched file and the files of its folder that it names.

    Raises
    ------
    OptionError
        It cannot be read, or is too large with all it names.
    """
    taken: dict[Path, bytes] = {}
    waiting = [path]
    total = 0
    while waiting:
        current = waiting.pop(0)
        try:
            content = current.read_bytes()
        except OSError as error:
            raise OptionError(f"{current}: {error.strerror}; it will be read again when it is saved") from error
        taken[current] = content
        total += len(content)
        if total > MAX_FILE_BYTES or len(taken) > MOST_FILES:
            raise OptionError(
                f"{path.name}: with what it refers to {total / 1e6:.0f} MB in {len(taken)} files;"
                f" up to {MAX_FILE_BYTES // 10**6} MB in {MOST_FILES} files are accepted"
            )
        if current.suffix.lower() in _TEXTS:
            waiting += [beside for beside in _named_in(content, path.parent) if beside not in (*taken, *waiting)]
    digest = hashlib.sha256()
    for file, content in taken.items():
        digest.update(file.name.encode("utf-8", "surrogateescape") + b"\0" + hashlib.sha256(content).digest())
    files = tuple((file.name, content) for file, content in taken.items())
    return Snapshot(files=files, paths=tuple(taken), sha256=digest.hexdigest())


def _named_in(content: bytes, folder: Path) -> list[Path]:
    """Files of a folder and of those in it whose names stand in a text."""
    found = []
    for number, file in enumerate(sorted([*folder.glob("*"), *folder.glob("*/*")])):
        if number >= _MOST_SEEN:
            break
        if file.suffix.lower() not in _BESIDE or not file.is_file():
            continue
        # A link may lead anywhere; what is read stays within the model's folder.
        if not file.resolve().is_relative_to(folder):
            continue
        if file.name.encode("utf-8", "surrogateescape") in content or quote(file.name).encode("ascii") in content:
            found.append(file)
    return found
