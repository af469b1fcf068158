"""What a part of a drawing shows, where its lines contradict the network."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.maps import EdgeMap
from archviz.sketch import Layer, trace_areas
from archviz.sketch.layers import corrected_votes
from archviz.sketch.segments import part_areas

SHAPE = (300, 400)
WALL = [(120, 140), (280, 140), (280, 260), (120, 260)]
GROUND = [(0, 260), (399, 260)]


def _shown(at: tuple[int, int], *outlines: list[tuple[int, int]], gap: tuple[int, int] | None = None) -> Layer:
    """What is shown at x, y of a drawing, of which the network saw the wall's lower half and the ground alone."""
    paper = np.zeros(SHAPE, np.uint8)
    for outline in (WALL, GROUND, *outlines):
        cv2.polylines(paper, [np.array(outline, np.int32)], len(outline) > 2, 1)
    if gap is not None:
        paper[gap[1] - 3 : gap[1] + 3, gap[0] - 3 : gap[0] + 3] = 0
    areas = trace_areas(EdgeMap(paper.astype(np.float32)))
    segments, area_of = part_areas(areas)
    votes: NDArray[np.float64] = np.zeros((len(Layer), len(area_of)))
    votes[[Layer.BUILDING, Layer.SKY]] = np.array([[0.3], [0.7]])
    for row, (y, x) in {Layer.BUILDING: (250, 200), Layer.GROUND: (280, 200)}.items():
        votes[:, segments[y, x]] = np.eye(len(Layer))[row]
    _, nearest = _nearest(segments)
    made = corrected_votes(votes, areas, segments, area_of, segments[nearest])
    assert made.argmax(axis=0)[segments[20, 200]] == Layer.SKY, "the open sky"
    return Layer(int(made.argmax(axis=0)[segments[at[1], at[0]]]))


def _nearest(segments: NDArray[np.int32]) -> tuple[NDArray[np.float64], tuple[NDArray[np.int32], ...]]:
    from scipy.ndimage import distance_transform_edt

    away, nearest = distance_transform_edt(segments == 0, return_indices=True)
    return away, tuple(nearest)


def test_a_gable_against_the_sky_is_no_sky() -> None:
    assert _shown((200, 110), [(120, 140), (280, 140), (200, 60)]) == Layer.BUILDING
    # Nor is a flat one, nor one with eaves whose corner is open.
    assert _shown((200, 125), [(120, 140), (280, 140), (200, 105)]) == Layer.BUILDING
    eaves = [(105, 150), (200, 60)], [(295, 150), (200, 60)]
    assert _shown((200, 110), *eaves) == Layer.BUILDING
    assert _shown((200, 110), [(120, 140), (280, 140), (200, 60)], gap=(160, 100)) == Layer.BUILDING


@pytest.mark.parametrize(
    ("at", "outlines"),
    [
        # An opening through which the sky is seen.
        ((200, 190), [[(170, 170), (230, 170), (230, 210), (170, 210)]]),
        # A field of a railing on the roof.
        ((200, 125), [[(120, 110), (280, 110)], *([(x, 110), (x, 140)] for x in (120, 170, 230, 280))]),
        # A cloud.
        ((60, 60), [[(30, 60), (60, 40), (100, 60), (60, 80)]]),
        # The sky between two towers on the roof.
        ((200, 90), [[(120, 140), (120, 40), (160, 40), (160, 140)], [(240, 140), (240, 40), (280, 40), (280, 140)]]),
    ],
)
def test_what_the_sky_is_seen_through_is_sky(at: tuple[int, int], outlines: list[list[tuple[int, int]]]) -> None:
    assert _shown(at, *outlines) == Layer.SKY
