from __future__ import annotations

import re

import pytest

from archviz.core.errors import OptionError
from archviz.geometry.surroundings import Planting, SurroundingsSpec


def test_a_table_becomes_a_spec() -> None:
    plants = [{"species": "palm", "zone": "near", "density_per_ha": 40.0}]
    table = {"ground": "sand", "water": "sea", "props": ["karst"], "plants": plants}
    assert SurroundingsSpec.from_table(table) == SurroundingsSpec(
        ground="sand",
        water="sea",
        props=("karst",),
        plants=(Planting(species="palm", zone="near", density_per_ha=40.0),),
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "s.toml [x]: key 'ground' is missing; accepted: ground, relief"),
        ({"ground": "lava"}, "s.toml [x]: surroundings ground 'lava' is not known; choose one of grass, meadow"),
        ({"ground": "sand", "soil": 1}, "s.toml [x]: unknown key 'soil'; accepted: ground"),
        ({"ground": "sand", "props": ["ufo"]}, "props 'ufo' is not known; choose one of benches"),
        ({"ground": "sand", "relief_m": -1}, "relief_m -1 is out of range; give a number from 0 to 2000"),
        ({"ground": "sand", "relief_m": float("nan")}, "relief_m nan is out of range"),
        ({"ground": "sand", "neighbour_share": "all"}, "neighbour_share 'all' is out of range"),
        ({"ground": "sand", "plants": [3]}, "s.toml [x].plants: 3 is not a table"),
        ({"ground": "sand", "plants": [{"species": "palm"}]}, "s.toml [x].plants: key 'zone' is missing"),
        (
            {"ground": "sand", "plants": [{"species": "oak", "zone": "near", "density_per_ha": 1}]},
            "s.toml [x]: plants species 'oak' is not known; choose one of agave",
        ),
        (
            {"ground": "sand", "plants": [{"species": "palm", "zone": "near", "density_per_ha": 1e6}]},
            "s.toml [x]: plants density_per_ha 1000000.0 is out of range; give a number from 0 to 2000",
        ),
    ],
)
def test_a_wrong_table_names_source_key_and_choice(table: dict, message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        SurroundingsSpec.from_table(table, source="s.toml [x]")
