"""Designs: what pictures are made of. Samples, and files that a session uploaded."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.pictures import DRAWING_SUFFIXES
from archviz.geometry import sniff_kind
from archviz.geometry.foreign import foreign_by_suffix
from archviz.geometry.loaders import MODEL_SUFFIXES
from archviz.geometry.sniff import MAX_FILE_BYTES, check_model_file
from archviz.render.recipe import write_whole
from archviz.render.request import InputKind
from archviz.samples import sample_path
from archviz.studio.home import StudioHome, is_id, new_id

__all__ = [
    "DRAWINGS",
    "MOST_FILES",
    "TEXT_DESIGN",
    "Design",
    "copy_design",
    "find_design",
    "sample_design",
    "save_design",
]

DRAWINGS = DRAWING_SUFFIXES
MOST_FILES = 64
_SAMPLE = "sample:"
_TEXT = "text"
_RECORD = "design.json"
# What a file may be called on every system; the rest becomes "_".
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


@dataclass(frozen=True, kw_only=True)
class Design:
    """What pictures are made of.

    Parameters
    ----------
    id
        ``sample:NAME``, ``text``, or the random id of an upload.
    name
        What it is called on the page.
    kind
        Model, sketch, or text.
    path
        The file; ``None`` for text.
    """

    id: str
    name: str
    kind: InputKind
    path: Path | None


TEXT_DESIGN = Design(id=_TEXT, name="", kind="text", path=None)


def sample_design(path: Path) -> Design:
    """A sample as a design."""
    kind: InputKind = "sketch" if path.suffix.lower() in DRAWINGS else "model"
    return Design(id=f"{_SAMPLE}{path.name}", name=path.stem.replace("-", " ").capitalize(), kind=kind, path=path)


def save_design(home: StudioHome, session: str, files: Sequence[tuple[str, bytes]]) -> Design:
    """Keep the files of one upload together, as a design of a session.

    Parameters
    ----------
    home, session
        Where, and whose.
    files
        (name, content) of each file: one model or drawing, with the materials and textures it refers to.

    Raises
    ------
    FileFormatError
        No file, or more than one, is the design; it is not what its name says; or it is too large.
    """
    main = _main_file([name for name, _ in files])
    total = sum(len(content) for _, content in files)
    if total > MAX_FILE_BYTES or len(files) > MOST_FILES:
        raise FileFormatError(
            f"{main}: {total / 1e6:.0f} MB in {len(files)} files are too many;"
            f" up to {MAX_FILE_BYTES // 10**6} MB in {MOST_FILES} files are accepted"
        )
    design_id = new_id()
    folder = home.designs / session / design_id
    folder.mkdir(parents=True)
    try:
        names = [_safe_name(name) for name, _ in files]
        if len({name.lower() for name in names}) < len(names):
            raise FileFormatError(f"{main}: two files have one name; give each another name")
        for name, (_, content) in zip(names, files, strict=True):
            (folder / name).write_bytes(content)
        path = folder / _safe_name(main)
        kind = _checked_kind(path)
        record = {"name": main, "file": path.name, "kind": kind}
        text = json.dumps(record, ensure_ascii=False)
        write_whole(folder / _RECORD, lambda file: file.write(text.encode("utf-8")))
    except (FileFormatError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise OptionError(f"{main}: {error.strerror}; free the disk or set ARCHVIZ_HOME") from error
        # The reader knows the name of the file, not where the server put it.
        raise FileFormatError(str(error).replace(f"{folder}/", "")) from error
    return Design(id=design_id, name=main, kind=kind, path=path)


def find_design(home: StudioHome, session: str, design_id: str | None) -> Design | None:
    """A design by its id; ``None`` where there is none, or it is another session's."""
    if design_id == _TEXT:
        return TEXT_DESIGN
    if design_id and design_id.startswith(_SAMPLE):
        try:
            return sample_design(sample_path(design_id.removeprefix(_SAMPLE)))
        except OptionError:
            return None
    if not (design_id and is_id(session) and is_id(design_id)):
        return None
    folder = home.designs / session / design_id
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        return Design(id=design_id, name=record["name"], kind=record["kind"], path=folder / record["file"])
    except (OSError, ValueError, KeyError):
        return None


def copy_design(home: StudioHome, owner: str, design_id: str, session: str) -> Design | None:
    """A design of a shared project as the guest's own, so that nothing that the owner does later changes it.

    Returns
    -------
    Design or None
        ``None`` where the owner has none of that id any more.
    """
    found = find_design(home, owner, design_id)
    if found is None or found.path is None or found.path.parent.parent.parent != home.designs:
        return found
    target = home.designs / session / design_id
    if not target.exists():
        partial = home.designs / session / f".{new_id()}"
        shutil.copytree(found.path.parent, partial)
        partial.rename(target)
    return find_design(home, session, design_id)


def _main_file(names: Sequence[str]) -> str:
    """The file that is the design; the others belong to it."""
    suffixes = {name: Path(name).suffix.lower() for name in names}
    # One that cannot be read is a design too: its textures are not a drawing.
    models = [name for name, suffix in suffixes.items() if suffix in MODEL_SUFFIXES or foreign_by_suffix(suffix)]
    drawings = [name for name, suffix in suffixes.items() if suffix in DRAWINGS]
    found = models or drawings
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise FileFormatError(f"{', '.join(found[:3])}: these are several designs; give one at a time")
    if len(names) == 1:
        # An unknown kind: the reader knows what to say of it.
        return names[0]
    raise FileFormatError(
        f"{', '.join(names[:3]) or 'nothing'}: none is a design; accepted are {', '.join([*MODEL_SUFFIXES, *DRAWINGS])}"
    )


def _checked_kind(path: Path) -> InputKind:
    """What the file is by its content, and refused now where a glance tells that it cannot be read."""
    kind = sniff_kind(path)
    if kind == "unknown":
        accepted = ", ".join([*MODEL_SUFFIXES, *DRAWINGS])
        raise FileFormatError(f"{path}: neither a 3D model nor a drawing; accepted are {accepted}")
    if kind == "model":
        check_model_file(path)
        return "model"
    from archviz.sketch.adjustments import AS_FOUND
    from archviz.sketch.isolated import load_drawing_isolated

    load_drawing_isolated(path, AS_FOUND)
    return "sketch"


def _safe_name(name: str) -> str:
    """The last part of a name, without what a system could take for something else."""
    last = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    # The record is ours, and a long name fits no file system.
    if last in ("", _RECORD):
        last = f"_{last}"
    stem, dot, suffix = last.rpartition(".")
    return f"{stem[:120]}{dot}{suffix[:20]}" if dot else last[:120]
