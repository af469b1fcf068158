from __future__ import annotations

import numpy as np
import pytest

from archviz.geometry.scene import Bounds
from archviz.geometry.surroundings.site import Site

SITE = Site.of(Bounds((-5.0, -6.0, 0.0), (5.0, 6.0, 8.0)))


def test_measures_follow_the_box() -> None:
    assert (SITE.half_x_m, SITE.half_y_m, SITE.height_m) == (5, 6, 8)
    assert SITE.front_m == -6 and SITE.size_m == 12
    assert SITE.radius_m == pytest.approx(np.hypot(5, 6))


def test_distance_to_the_footprint() -> None:
    distance = SITE.footprint_distance_m([0, 8, 8, 0], [0, 0, 10, -16])
    assert distance == pytest.approx([0, 3, 5, 10])


@pytest.mark.parametrize(
    ("x", "y", "height", "hides"),
    [
        (0, -12, 5.0, True),  # a tree before the door
        (0, -12, 0.8, False),  # a low hedge there
        (-12, -14, 5.0, True),  # on the line of the corner view
        (-25, -8, 5.0, False),  # beside that line: frames the picture
        (-11, -9, 1.7, False),  # a person at the side
        (-7, -9, 1.7, True),  # a person before the facade
        (-12, -16, 1.4, True),  # a car in the corner camera's foreground
        (0, 20, 9.0, True),  # behind, on the rear elevation's axis
        (12, 12, 9.0, False),  # behind, to the side
        (9, 0, 9.0, True),  # on the side elevation's axis
        (9, 0, 2.5, False),  # a garden plant there
        (9, -4, 9.0, True),  # between the side wall and the corner camera
    ],
)
def test_what_hides_the_building(x: float, y: float, height: float, hides: bool) -> None:
    assert bool(SITE.blocks_view(x, y, radius_m=0.4, height_m=height)) is hides
    assert bool(SITE.blocks_view(-x, y, radius_m=0.4, height_m=height)) is hides


def test_reserved_land_is_taken() -> None:
    site = Site.of(Bounds((-5.0, -6.0, 0.0), (5.0, 6.0, 8.0)))
    assert not site.is_taken(20, 20, radius_m=1)
    site.reserve((18, 18), (22, 22))
    assert site.is_taken([20, 22.5, 23.5], [20, 20, 20], radius_m=1).tolist() == [True, True, False]
    assert site.is_taken(5.5, 0, radius_m=1)
