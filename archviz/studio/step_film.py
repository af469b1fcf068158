"""A picture coming out of the noise: its steps as a strip and as a film."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archviz.render.recipe import write_whole

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["FILMS", "STRIP", "StepFilm"]

FILMS = ("steps.webp", "steps.gif")
STRIP = "steps.jpg"
# A film is looked at in a corner of the page, a frame of the strip beside many others [pixels].
_FILM_SIDE = 512
_STRIP_SIDE = 192
_STRIP_MOST = 12
_GAP_PX = 4
_STEP_MS, _LAST_MS = 250, 2000


class StepFilm:
    """Collects what is seen of the steps, small; a further try of the same picture begins it anew."""

    def __init__(self) -> None:
        self._frames: list[Image.Image] = []
        self._steps: list[int] = []

    def add(self, step: int, preview: NDArray[np.uint8]) -> None:
        """Take a step's preview.

        Parameters
        ----------
        step
            From 1 on; one that is not after the last begins the film anew.
        preview
            (H, W, 3) uint8.
        """
        from PIL import Image

        if self._steps and step <= self._steps[-1]:
            self._frames, self._steps = [], []
        frame = Image.fromarray(preview)
        frame.thumbnail((_FILM_SIDE, _FILM_SIDE))
        self._frames.append(frame)
        self._steps.append(step)

    def write(self, folder: Path, picture: NDArray[np.uint8]) -> None:
        """Write strip and films, the finished picture last; nothing where no step was seen.

        Raises
        ------
        OptionError
            The folder cannot be written to.
        """
        from PIL import Image

        if not self._frames:
            return
        last = Image.fromarray(picture)
        last.thumbnail((_FILM_SIDE, _FILM_SIDE))
        # Previews may be as small as the latents they come from: all frames are as large as the picture's.
        frames = [frame.resize(last.size, Image.Resampling.BICUBIC) for frame in self._frames] + [last]
        durations = [_STEP_MS] * len(self._frames) + [_LAST_MS]
        options = {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": 0}
        for name, more in zip(FILMS, ({"quality": 85, "method": 4}, {"optimize": False}), strict=True):
            kind = name.rpartition(".")[2].upper()
            write_whole(
                folder / name,
                lambda file, kind=kind, more=more: frames[0].save(file, format=kind, **options, **more),  # type: ignore[misc]
            )
        strip = _strip(frames)
        write_whole(folder / STRIP, lambda file: strip.save(file, format="JPEG", quality=90))


def _strip(frames: Sequence[Image.Image]) -> Image.Image:
    """Some of the frames from left to right, evenly chosen, the first and the last among them."""
    from PIL import Image

    count = min(len(frames), _STRIP_MOST)
    rows = sorted({round(row) for row in np.linspace(0, len(frames) - 1, count)})
    small = []
    for row in rows:
        frame = frames[row].copy()
        frame.thumbnail((_STRIP_SIDE, _STRIP_SIDE))
        small.append(frame)
    width, height = small[0].size
    strip = Image.new("RGB", (len(small) * (width + _GAP_PX) - _GAP_PX, height), "white")
    for column, frame in enumerate(small):
        strip.paste(frame, (column * (width + _GAP_PX), 0))
    return strip
