"""Picture sizes: the only way a height and a width are passed together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archviz.core.errors import OptionError

__all__ = ["Size"]


@dataclass(frozen=True, order=True)
class Size:
    """Height and width of a picture [pixels].

    Raises
    ------
    OptionError
        A side is not a whole number from 1 to 16384.
    """

    height: int
    width: int

    def __post_init__(self) -> None:
        for name in ("height", "width"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 16_384:
                raise OptionError(f"size: {name} {value!r} is not accepted; give whole pixels from 1 to 16384")

    @classmethod
    def parse(cls, text: str) -> Size:
        """Read ``WIDTHxHEIGHT``, the order people write."""
        match = re.fullmatch(r"\s*(\d{1,6})\s*[xX×]\s*(\d{1,6})\s*", text)
        if match is None:
            raise OptionError(f"size {text!r} cannot be read; write WIDTHxHEIGHT, for example 768x512")
        return cls(height=int(match[2]), width=int(match[1]))

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.height * self.width

    @property
    def longer(self) -> int:
        """The longer side [pixels]."""
        return max(self.height, self.width)

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width), as numpy writes it."""
        return (self.height, self.width)

    def rounded_to(self, multiple: int) -> Size:
        """The nearest size with both sides a multiple of ``multiple``, at least one of it."""
        return Size(
            height=max(1, round(self.height / multiple)) * multiple,
            width=max(1, round(self.width / multiple)) * multiple,
        )

    def with_longer(self, longer: int) -> Size:
        """The same shape with a longer side of ``longer`` pixels; the other is rounded, at least one."""
        scale = longer / self.longer
        return Size(height=max(1, round(self.height * scale)), width=max(1, round(self.width * scale)))

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"
