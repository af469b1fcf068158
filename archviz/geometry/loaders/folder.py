"""Files that belong to a model: only those in its own folder, or in the archive it came in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from archviz.core.errors import FileFormatError
from archviz.geometry.loaders.texture import TextureFile, read_texture

__all__ = ["MAX_SIDE_FILE_BYTES", "ModelFolder"]

MAX_SIDE_FILE_BYTES = 500_000_000


@dataclass(frozen=True)
class ModelFolder:
    """The folder a model lies in; nothing outside it is opened, and no network address.

    Parameters
    ----------
    path
        The folder.
    root
        The folder of the whole archive that the model came in; ``None`` where it came alone. Files in
        any folder of the archive may be meant, whatever folder of the author's computer is named.
    """

    path: Path
    root: Path | None = None
    _textures: dict[str, TextureFile | None] = field(default_factory=dict, repr=False, compare=False)

    def read(self, name: str) -> bytes:
        """The bytes of a file that the model names.

        Parameters
        ----------
        name
            Relative to the folder, with either slash, percent-encoded or not.

        Raises
        ------
        FileFormatError
            It is missing, too large, or outside the folder.
        """
        shown = name if len(name) <= 80 else name[:77] + "..."
        root = self.root or self.path
        for candidate in dict.fromkeys((name, unquote(name))):
            path = self.path / candidate.replace("\\", "/").removeprefix("./")
            try:
                path = path.resolve()
                inside = path.is_relative_to(root.resolve())
                if not path.is_file():
                    continue
                if not inside or "://" in candidate:
                    raise FileFormatError(
                        f"{shown!r} lies outside the model's folder; put it beside the model and export again"
                    )
                if path.stat().st_size > MAX_SIDE_FILE_BYTES:
                    raise FileFormatError(
                        f"{shown!r} is larger than {MAX_SIDE_FILE_BYTES // 10**6} MB; make it smaller"
                    )
                return path.read_bytes()
            except (OSError, ValueError):
                continue
        if self.root is not None and (found := self._elsewhere(name)) is not None:
            return found.read_bytes()
        raise FileFormatError(f"{shown!r} is missing; put it beside the model")

    def _elsewhere(self, name: str) -> Path | None:
        """The one file of that name anywhere in the archive."""
        assert self.root is not None
        last = unquote(name).replace("\\", "/").rpartition("/")[2].lower()
        found = [path for path in sorted(self.root.rglob("*")) if path.name.lower() == last and path.is_file()]
        return found[0] if len(found) == 1 else None

    def texture(self, name: str) -> TextureFile | None:
        """A picture file; ``None`` where it cannot be read.

        Asked again, it comes without its pixels: the first time they were for whoever keeps them.
        """
        if name in self._textures:
            return self._textures[name]
        try:
            found = read_texture(self.read(name))
        except FileFormatError:
            self._textures[name] = None
            return None
        self._textures[name] = replace(found, texture=None)
        return found
