"""Where the studio keeps what must outlive a page, a server and a worker."""

from __future__ import annotations

import os
import re
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from archviz.core.errors import OptionError

__all__ = ["StudioHome", "is_id", "new_id"]

_ID = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """A random id of 128 bits, in hex: whoever does not hold it cannot guess it."""
    return secrets.token_hex(16)


def is_id(text: object) -> bool:
    """Whether a text from outside has the form of :func:`new_id`, and so may stand in a path."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


@dataclass(frozen=True)
class StudioHome:
    """The data folder.

    Parameters
    ----------
    folder
        Made with its subfolders by :meth:`prepare`.
    """

    folder: Path

    @classmethod
    def default(cls) -> StudioHome:
        """``ARCHVIZ_HOME``, or the place that the system has for an application's data."""
        if given := os.environ.get("ARCHVIZ_HOME"):
            return cls(Path(given).expanduser())
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Application Support"
        else:
            # XDG Base Directory Specification: a relative value is to be ignored.
            given = os.environ.get("XDG_DATA_HOME", "")
            base = Path(given) if os.path.isabs(given) else Path.home() / ".local" / "share"
        return cls(base / "archviz")

    def prepare(self) -> StudioHome:
        """Make the folders, for this user alone.

        Raises
        ------
        OptionError
            The folder cannot be made or written to.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Each by itself too: the folder may be one that was there before, which others may look into.
            for part in (self.designs, self.results, self.previews, self.thumbnails):
                part.mkdir(mode=0o700, exist_ok=True)
            for file in (self.database, self.worker_lock, self.worker_log):
                file.touch(mode=0o600)
        except OSError as error:
            raise OptionError(
                f"data folder {self.folder}: {error.strerror}; set ARCHVIZ_HOME to a folder that can be written to"
            ) from error
        return self

    @property
    def database(self) -> Path:
        """The jobs."""
        return self.folder / "studio.sqlite"

    @property
    def worker_lock(self) -> Path:
        """Held by the one worker that is at work."""
        return self.folder / "worker.lock"

    @property
    def worker_log(self) -> Path:
        """What the worker said, failures with their traces."""
        return self.folder / "worker.log"

    @property
    def designs(self) -> Path:
        """Uploaded files: ``designs/<session>/<design>/``."""
        return self.folder / "designs"

    @property
    def results(self) -> Path:
        """Finished pictures: ``results/<job>/``."""
        return self.folder / "results"

    @property
    def previews(self) -> Path:
        """What is seen of running jobs: ``previews/<job>.jpg``."""
        return self.folder / "previews"

    @property
    def thumbnails(self) -> Path:
        """Small pictures of the samples, by the sample's hash."""
        return self.folder / "thumbnails"
