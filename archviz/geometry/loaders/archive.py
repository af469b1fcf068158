"""ZIP archives of strangers: what they may hold, and the one model that is looked for in them."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from archviz.core.errors import FileFormatError

__all__ = ["MAX_MEMBERS", "MAX_RATIO", "MAX_UNPACKED_BYTES", "open_archive", "unpack_model"]

MAX_MEMBERS = 1000
MAX_UNPACKED_BYTES = 200_000_000
MAX_RATIO = 50
# Below this a high ratio harms nobody: a page of blanks packs well.
_SMALL_BYTES = 1_000_000
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Characters that some system takes for more than a letter of a name.
_ODD = re.compile(r'[\x00-\x1f<>:"|?*\\]')


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a ZIP file whose list of members keeps within the ceilings.

    Raises
    ------
    FileFormatError
        It is damaged, encrypted, packed in another way, holds a link or a path that leads out of it, or
        holds more than 1,000 members, 200 MB or 50 times its own size.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise FileFormatError(f"the archive is damaged ({error}); pack it again") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise FileFormatError(f"{len(members)} files in the archive are too many; up to {MAX_MEMBERS} are read")
    total = sum(member.file_size for member in members)
    if total > MAX_UNPACKED_BYTES:
        raise FileFormatError(
            f"the archive holds {total / 1e6:.0f} MB; up to {MAX_UNPACKED_BYTES // 10**6} MB are unpacked, "
            "so give the model itself"
        )
    if total > max(MAX_RATIO * path.stat().st_size, _SMALL_BYTES):
        raise FileFormatError(f"the archive unpacks to more than {MAX_RATIO} times its size; give the model itself")
    for member in members:
        _check_member(member)
    return archive


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    parts = PurePosixPath(name).parts
    if not name or name.startswith("/") or ".." in parts or _ODD.search(name) or max(map(len, parts), default=0) > 200:
        raise FileFormatError(f"the archive holds the path {name[:80]!r}, which is not read; pack it again")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise FileFormatError(f"the archive holds the link {name[:80]!r}; pack the file itself")
    if member.flag_bits & 1:
        raise FileFormatError("the archive is encrypted; pack it without a password")
    if member.compress_type not in _STORED_OR_DEFLATED:
        raise FileFormatError(f"{name[:80]!r} is packed by a method that is not read; pack it as an ordinary ZIP")


def unpack_model(path: Path, folder: Path, suffixes: tuple[str, ...]) -> Path:
    """Unpack an archive.

    Parameters
    ----------
    path
        The ZIP file.
    folder
        Empty; gets the members.
    suffixes
        Extensions of models, lower case.

    Returns
    -------
    Path
        The model, relative to ``folder``.

    Raises
    ------
    FileFormatError
        As :func:`open_archive`; or it holds no model, or several.
    """
    with open_archive(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _is_litter(m.filename)]
        models = [PurePosixPath(m.filename) for m in members if PurePosixPath(m.filename).suffix.lower() in suffixes]
        if not models:
            raise FileFormatError(f"the archive holds no model; accepted are {', '.join(suffixes)}")
        if len(models) > 1:
            names = ", ".join(map(str, models[:3]))
            raise FileFormatError(f"the archive holds several models ({names}); pack one, or give it unpacked")
        try:
            for member in members:
                target = folder / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, target.open("xb") as file:
                    shutil.copyfileobj(packed, file)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            text = error.strerror if isinstance(error, OSError) else error
            raise FileFormatError(f"{member.filename!r} in the archive is damaged ({text}); pack it again") from error
    return Path(models[0])


def _is_litter(name: str) -> bool:
    """What systems put into archives by themselves."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")
