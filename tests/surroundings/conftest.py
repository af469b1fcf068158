"""One set of surroundings per environment, built once for all tests that only look at them."""

from __future__ import annotations

from functools import cache

import pytest

from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Bounds
from archviz.geometry.surroundings import Surroundings, SurroundingsSpec, build_surroundings
from archviz.presets import environments

HOUSE = Bounds((-5.0, -6.0, 0.0), (5.0, 6.0, 8.0))
SEED = 7


def spec_of(preset_id: str) -> SurroundingsSpec:
    preset = environments()[preset_id]
    return SurroundingsSpec.from_table(preset.surroundings, source=preset.source)


@cache
def surroundings_of(preset_id: str) -> Surroundings:
    return build_surroundings(spec_of(preset_id), HOUSE, seed=SEED)


@cache
def caster_of(preset_id: str) -> RayCaster:
    return RayCaster(surroundings_of(preset_id).scene)


@pytest.fixture(params=list(environments()))
def preset_id(request: pytest.FixtureRequest) -> str:
    return request.param
