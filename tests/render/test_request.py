from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.render import RenderRequest


def test_defaults_leave_choices_open() -> None:
    request = RenderRequest()
    assert request.engine == "mini"
    assert request.geometry == "strict"
    assert (request.environment, request.lighting, request.view, request.size, request.steps) == (None,) * 5


def test_equal_choices_are_equal_requests() -> None:
    given: dict[str, Any] = {"materials": {"roof": "tiles"}, "hide": ["tree*"], "seed": 4}
    assert RenderRequest(input=Path("a.glb"), **given) == RenderRequest(input="a.glb", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"geometry": "loose"}, ("'loose'", "strict, balanced, free")),
        ({"surroundings": "all"}, ("'all'", "geometry, imagined, none")),
        ({"up": "x"}, ("'x'", "y, z")),
        ({"seed": -1}, ("-1", "whole number")),
        ({"seed": 2**53}, (str(2**53), str(2**53 - 1))),
        ({"seed": True}, ("True", "whole number")),
        ({"north_deg": float("nan")}, ("nan", "-360 to 360")),
        ({"control_scales": {"depth": 2.5}}, ("depth=2.5", "0 to 2")),
        ({"author": "a\nb"}, ("author", "one line")),
        (
            {"view": "front", "camera": Camera(position_m=(0, -9, 1), target_m=(0, 0, 1))},
            ("'front'", "one of them"),
        ),
    ],
)
def test_refuses_in_words(fields: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(OptionError) as caught:
        RenderRequest(**fields)
    assert all(word in str(caught.value) for word in words)
