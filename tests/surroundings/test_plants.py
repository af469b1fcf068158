from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from archviz.core.material import TextureFamily
from archviz.geometry.surroundings.palette import PALETTE, SHADES
from archviz.geometry.surroundings.plants import HEIGHTS_M, grow
from archviz.geometry.surroundings.spec import Species


@pytest.mark.parametrize("species", get_args(Species))
@pytest.mark.parametrize("coarse", [False, True])
def test_a_plant_has_its_height_stands_on_its_foot_and_stays_light(species: Species, coarse: bool) -> None:
    for seed in range(5):
        height = float(np.mean(HEIGHTS_M[species]))
        shape = grow(species, height, rng=np.random.default_rng(seed), coarse=coarse)
        corners = np.concatenate([t.reshape(-1, 3) for _, _, t in shape.parts])
        assert corners[:, 2].max() == pytest.approx(height)
        assert -0.5 <= corners[:, 2].min() <= 0.2 * height
        assert np.hypot(corners[:, 0], corners[:, 1]).max() == pytest.approx(shape.crown_radius_m)
        assert shape.crown_radius_m < 1.3 * height
        assert len(corners) / 3 <= 700
        assert {suffix for suffix, _, _ in shape.parts} <= {"trunk", "crown"}


def test_crowns_are_foliage() -> None:
    for species in get_args(Species):
        parts = {s: m for s, m, _ in grow(species, 5.0, rng=np.random.default_rng(0)).parts}
        if "crown" in parts:
            assert PALETTE[parts["crown"]].family == TextureFamily.FOLIAGE, species


def test_the_palette_is_plausible() -> None:
    for name, material in PALETTE.items():
        assert material.name == name
        # No surface but snow and glass reflects more or less than real ones do.
        assert 0.012 < np.mean(material.base_color) < 0.9, name
    assert all(len(names) >= 3 for names in SHADES.values())
