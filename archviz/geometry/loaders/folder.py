"""Files that belong to a model: only those in its own folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from archviz.core.errors import FileFormatError

__all__ = ["MAX_SIDE_FILE_BYTES", "ModelFolder"]

MAX_SIDE_FILE_BYTES = 500_000_000


@dataclass(frozen=True)
class ModelFolder:
    """The folder a model lies in; nothing outside it is opened, and no network address.

    Parameters
    ----------
    path
        The folder.
    """

    path: Path
    _means: dict[str, tuple[tuple[float, float, float], float] | None] = field(
        default_factory=dict, repr=False, compare=False
    )

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
        for candidate in dict.fromkeys((name, unquote(name))):
            path = self.path / candidate.replace("\\", "/").removeprefix("./")
            try:
                path = path.resolve()
                inside = path.is_relative_to(self.path.resolve())
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
        raise FileFormatError(f"{shown!r} is missing; put it beside the model")

    def mean_color(self, name: str) -> tuple[tuple[float, float, float], float] | None:
        """Mean linear colour and mean alpha of a picture file; ``None`` where it cannot be read."""
        from archviz.geometry.loaders.texture import mean_color

        if name not in self._means:
            try:
                self._means[name] = mean_color(self.read(name))
            except FileFormatError:
                self._means[name] = None
        return self._means[name]
