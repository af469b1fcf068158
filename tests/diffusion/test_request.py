from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.core.maps import ColorMap, DepthMap
from archviz.core.size import Size
from archviz.diffusion import Controls, DiffusionRequest, engine_specs

SIZE = Size(64, 96)


def ask(**changes: Any) -> DiffusionRequest:
    return DiffusionRequest(**({"prompt": "a", "controls": Controls(), "size": SIZE, "noise_seed": 1} | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"noise_seed": -1}, "noise seed -1"),
        ({"noise_seed": 2**63}, "2\\*\\*63 - 1"),
        ({"steps": 0}, "steps 0"),
        ({"guidance_scale": float("nan")}, "guidance scale nan"),
        ({"guidance_scale": 31.0}, "give 0 to 30"),
        ({"control_scales": {"depth": 2.5}}, "control depth 2.5 is out of range; give 0 to 2"),
        ({"control_end": 1.1}, "control end 1.1"),
        ({"strength": -0.1}, "strength -0.1"),
        ({"strength": 0.5}, "needs a picture to start from"),
    ],
)
def test_a_value_out_of_range_is_named(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        ask(**changes)


def test_a_map_of_another_size_is_refused() -> None:
    depth = DepthMap(np.ones((64, 64), np.float32))
    with pytest.raises(OptionError, match="control depth is 64x64 and the picture 96x64"):
        ask(controls=Controls(depth=depth))
    with pytest.raises(OptionError, match="differ in size"):
        Controls(depth=depth, start=ColorMap(np.zeros((64, 96, 3), np.float32)))


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        (np.zeros((64, 96), np.float32), r"float32 \(64, 96\): give \(C, H, W\)"),
        (np.zeros((36, 64, 96)), "float64"),
        (np.full((36, 64, 96), np.inf, np.float32), "not finite"),
    ],
)
def test_a_stack_of_another_kind_is_refused(stack: Any, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        Controls(stack=stack)


def test_the_scales_cannot_be_changed_from_outside() -> None:
    scales = {"depth": 0.5}
    request = ask(control_scales=scales)
    scales["depth"] = 2.0
    assert request.scale_of("depth") == 0.5
    assert request.scale_of("edges") == 1.0


def test_open_values_become_the_engines_own() -> None:
    spec = engine_specs()["sd15"]
    assert ask().settle(spec, spec.sampling) == (20, 7.0)
    assert spec.few_step is not None
    assert ask().settle(spec, spec.few_step) == (6, 1.5)
    assert ask(steps=3, guidance_scale=2.0).settle(spec, spec.sampling) == (3, 2.0)


@pytest.mark.parametrize(
    ("engine", "changes", "said"),
    [
        ("mini", {"size": Size(63, 96)}, "size 96x63: mini takes sides from 64 to 2048"),
        ("mini", {"size": Size(64, 2049)}, "2049x64"),
        ("mini", {"steps": 51}, "steps 51: mini takes 1 to 50"),
        ("mini", {"guidance_scale": 2.0}, "mini has no guidance"),
        ("mini", {"negative_prompt": "blurred"}, "mini has no guidance"),
        ("mini", {"control_scales": {"depth": 1.0}}, "control 'depth' is not one of mini; accepted: stack"),
        ("sdxl", {"control_scales": {"stack": 1.0}}, "accepted: depth, edges"),
    ],
)
def test_what_an_engine_does_not_take_is_named(engine: str, changes: dict[str, Any], said: str) -> None:
    spec = engine_specs()[engine]
    with pytest.raises(OptionError, match=said):
        ask(**changes).settle(spec, spec.sampling)


@pytest.mark.parametrize("size", [Size(64, 64), Size(2048, 2048)])
def test_the_limits_themselves_are_taken(size: Size) -> None:
    spec = engine_specs()["mini"]
    assert ask(size=size, guidance_scale=1.0, steps=50).settle(spec, spec.sampling) == (50, 1.0)
