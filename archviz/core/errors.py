"""The error tree.

::

    ArchvizError
    ├── InputError                 the user's input or option is wrong        exit code 2
    │   ├── FileFormatError        a file cannot be read
    │   ├── GeometryError          a model holds nothing that can be drawn
    │   │   └── EmptyViewError     no triangle lies inside the view
    │   ├── OptionError            an option's value is not accepted
    │   └── MissingWeightsError    an engine's checkpoint is not on this machine
    └── InternalError              a failure of ours                          exit code 1

A message is one sentence: the value, what is accepted, and what to do.
"""

from __future__ import annotations

__all__ = [
    "ArchvizError",
    "EmptyViewError",
    "FileFormatError",
    "GeometryError",
    "InputError",
    "InternalError",
    "MissingWeightsError",
    "OptionError",
]


class ArchvizError(Exception):
    """Root of every error that archviz raises on purpose."""

    code = "error"
    exit_code = 1

    @property
    def message(self) -> str:
        """The one sentence shown to the user."""
        return str(self)


class InputError(ArchvizError):
    """The user's input or option is wrong."""

    code = "input"
    exit_code = 2


class FileFormatError(InputError):
    """A file is missing, broken, too large, or of a kind that cannot be read."""

    code = "file-format"


class GeometryError(InputError):
    """A model holds nothing that can be drawn."""

    code = "geometry"


class EmptyViewError(GeometryError):
    """No triangle lies inside the view."""

    code = "empty-view"


class OptionError(InputError):
    """An option's value is not accepted."""

    code = "option"


class MissingWeightsError(InputError):
    """An engine's checkpoint is not on this machine."""

    code = "missing-weights"


class InternalError(ArchvizError):
    """A failure of ours: never the user's fault."""

    code = "internal"
