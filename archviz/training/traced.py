"""One view, path-traced into light groups: what :mod:`archviz.training.mix` turns into pictures."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.place import SunDirection
from archviz.core.size import Size

__all__ = ["LIGHT_GROUPS", "TRACED_VERSION", "TracedView", "load_traced"]

LIGHT_GROUPS = ("sun0", "sun1", "zenith", "horizon", "windows", "lamps")
# What a scene is dressed with. 1, which the first files do not say: plain dark panes in the neighbours'
# houses, leaves evenly over the crowns, walls and roads hardly worn. 2: rooms behind the neighbours'
# panes, boughs and pinnate fronds, streaks and stains by the walls' heights, mended roads, smooth coverage.
TRACED_VERSION = 2
_ARRAYS = {"groups": np.float16, "alpha": np.float16, "depth_m": np.float32, "suns_deg": np.float32}


@dataclass(frozen=True, eq=False, kw_only=True)
class TracedView:
    """Linear light of one view, one picture a light, each light of unit strength.

    Parameters
    ----------
    groups
        (6, H, W, 3) float16 radiance in the order of ``LIGHT_GROUPS``, premultiplied by
        ``alpha``: under each sun with irradiance 1 on a plane that faces it; under the sky's
        zenith lobe (radiance ``sky_weight``) and horizon lobe (``1 - sky_weight``); by lit
        windows of mean radiance 1; by lamps of radiant intensity 1.
    alpha
        (H, W) float16 share of the pixel that geometry covers.
    depth_m
        (H, W) float32 along the optical axis [m]; ``inf`` in the sky.
    suns
        Directions of ``sun0`` and ``sun1``.
    version
        How rich the scene was when it was traced, 1 to ``TRACED_VERSION``.

    Raises
    ------
    OptionError
        Shapes or types do not fit together.
    """

    groups: NDArray[np.float16]
    alpha: NDArray[np.float16]
    depth_m: NDArray[np.float32]
    suns: tuple[SunDirection, SunDirection]
    version: int = TRACED_VERSION

    def __post_init__(self) -> None:
        shape = self.groups.shape
        if self.groups.dtype != np.float16 or len(shape) != 4 or (shape[0], shape[3]) != (len(LIGHT_GROUPS), 3):
            raise OptionError(f"traced groups {shape} {self.groups.dtype}: (6, H, W, 3) float16 is accepted")
        for name in ("alpha", "depth_m"):
            if getattr(self, name).shape != shape[1:3]:
                raise OptionError(f"traced {name} {getattr(self, name).shape} must have the groups' size {shape[1:3]}")

    @property
    def size(self) -> Size:
        """The picture's size."""
        return Size(height=self.groups.shape[1], width=self.groups.shape[2])

    def save(self, path: Path) -> None:
        """Write an ``.npz`` beside ``path`` and rename it: a file that is there is whole."""
        arrays = {
            "groups": self.groups,
            "alpha": self.alpha,
            "depth_m": self.depth_m,
            "suns_deg": np.array([(s.altitude_deg, s.azimuth_deg) for s in self.suns], dtype=np.float32),
            "version": np.array([self.version], dtype=np.int32),
        }
        beside = path.with_name(path.name + ".part")
        # Level 1: the default level is five times slower here and saves three per cent.
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, array in arrays.items():
                with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                    np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
        beside.replace(path)


def load_traced(path: Path) -> TracedView:
    """Read what :meth:`TracedView.save` wrote.

    Raises
    ------
    FileFormatError
        The file is missing or is not a traced view.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name].astype(kind, copy=False) for name, kind in _ARRAYS.items()}
            version = int(archive["version"][0]) if "version" in archive else 1
    except (OSError, KeyError, IndexError, ValueError, zipfile.BadZipFile) as error:
        raise FileFormatError(f"{path}: not a traced view ({error}); delete it and trace the scene again") from error
    if not 1 <= version <= TRACED_VERSION:
        raise FileFormatError(f"{path}: traced view of version {version}; 1 to {TRACED_VERSION} are read")
    suns = tuple(SunDirection(altitude_deg=float(a), azimuth_deg=float(b)) for a, b in arrays["suns_deg"])
    return TracedView(
        groups=arrays["groups"],
        alpha=arrays["alpha"],
        depth_m=arrays["depth_m"],
        suns=(suns[0], suns[1]),
        version=version,
    )
