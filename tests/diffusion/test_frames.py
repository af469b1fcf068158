from __future__ import annotations

import numpy as np

from archviz.core.size import Size
from archviz.diffusion.frames import crop, pad_by_edges, to_bytes


def test_padding_repeats_the_rim_and_cropping_takes_it_back() -> None:
    array = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    padded = pad_by_edges(array, Size(5, 6))
    assert padded.shape == (1, 5, 6)
    assert padded[0, 4].tolist() == [8, 9, 10, 11, 11, 11]
    assert padded[0, 0].tolist() == [0, 1, 2, 3, 3, 3]
    assert (crop(np.moveaxis(padded, 0, -1), Size(3, 4))[..., 0] == array[0]).all()
    assert pad_by_edges(array, Size(3, 4)) is array


def test_bytes_are_rounded_and_clipped() -> None:
    assert to_bytes(np.array([-0.1, 0.0, 0.5 / 255 + 1e-6, 1.0, 1.2])).tolist() == [0, 0, 1, 255, 255]
