"""Every closed shape holds the volume of its closed form, with its faces outward."""

from __future__ import annotations

import math

import numpy as np
import pytest

from archviz.geometry.surroundings.shapes import (
    Triangles,
    blades,
    box,
    cone,
    gable_roof,
    hip_roof,
    join,
    lump,
    placed,
    quad,
    sphere,
    split,
    tube,
)


def volume(soup: Triangles) -> float:
    """Signed volume by the divergence theorem: positive where faces run counter-clockwise outside."""
    return float(np.einsum("ij,ij->i", soup[:, 0], np.cross(soup[:, 1], soup[:, 2])).sum() / 6)


def area(soup: Triangles) -> float:
    return float(np.linalg.norm(np.cross(soup[:, 1] - soup[:, 0], soup[:, 2] - soup[:, 0]), axis=1).sum() / 2)


def open_edges(soup: Triangles) -> int:
    """Directed edges without their opposite; 0 for a closed surface."""
    points, index = np.unique(np.round(soup.reshape(-1, 3), 9), axis=0, return_inverse=True)
    del points
    corners = index.reshape(-1, 3)
    edges = {(a, b) for t in corners for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))}
    return sum((b, a) not in edges for a, b in edges)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (box((1, 2, 3), (2, 4, 6)), 6.0),
        (gable_roof((0, 0, 2), (4, 6, 2), 3), 36.0),
        (gable_roof((0, 0, 2), (4, 6, 2), 3, along_x=False), 36.0),
        # A ridge shorter than the eaves by 0.9 of the short side: base * rise * (1/2 - inset / (3 * length)).
        (hip_roof((0, 0, 2), (6, 4, 2), 3), 6 * 4 * 3 * (0.5 - 2 * 1.8 / 6 / 6)),
        (hip_roof((0, 0, 2), (4, 6, 2), 3), 6 * 4 * 3 * (0.5 - 2 * 1.8 / 6 / 6)),
        (cone((5, 5, 1), 2, 3, sides=6), 3 * math.sqrt(3) / 2 * 4 * 3 / 3),
    ],
)
def test_solids_are_closed_and_hold_their_volume(shape: Triangles, expected: float) -> None:
    assert open_edges(shape) == 0
    assert volume(shape) == pytest.approx(expected)


def test_boxes_come_many_at_once() -> None:
    low = np.array([[0, 0, 0], [5, 5, 5]])
    assert volume(box(low, low + 1)) == pytest.approx(2)


def test_a_sphere_is_closed_and_nears_its_volume() -> None:
    assert len(sphere((0, 0, 0), 1.0, level=2)) == 320
    assert open_edges(sphere((1, 2, 3), (1, 1, 1), level=2)) == 0
    assert volume(sphere((1, 2, 3), (1, 2, 3), level=2)) == pytest.approx(8 * math.pi, rel=0.04)


def test_a_lump_is_closed_however_rough() -> None:
    rock = lump((1, 1, 1), (1, 1, 1), np.random.default_rng(3), rough=0.4)
    assert open_edges(rock) == 0
    assert volume(rock) > 1


def test_a_tube_is_a_prism_without_ends() -> None:
    side = tube((0, 0, 0), (0, 3, 0), 2.0, sides=6)
    assert area(side) == pytest.approx(6 * 2.0 * 3)
    normals = np.cross(side[:, 1] - side[:, 0], side[:, 2] - side[:, 0])
    outward = side.mean(axis=1) * [1, 0, 1]
    assert ((normals * outward).sum(axis=1) > 0).all()


def test_a_leaf_arches_from_its_base_and_faces_up() -> None:
    leaf = blades((0, 0, 2), [0.0], 3.0, 0.5, rise=0.6, droop=1.0)
    assert leaf[..., 0].min() == pytest.approx(0) and leaf[..., 0].max() > 2
    assert leaf[..., 2].max() > 2.2 and leaf[leaf[..., 0] > 2][:, 2].min() < 1.5
    up = np.cross(leaf[:, 1] - leaf[:, 0], leaf[:, 2] - leaf[:, 0])[:, 2]
    assert (up > -1e-12).all() and (up > 0).mean() > 0.8


def test_leaves_of_one_base_are_each_their_own() -> None:
    headings, lengths, rises = [0.0, 2.0, 4.0], [3.0, 1.0, 2.0], [0.6, 0.9, 1.2]
    together = blades((1, 2, 3), headings, lengths, 0.5, rise=rises, droop=1.0)
    each = zip(headings, lengths, rises, strict=True)
    alone = [blades((1, 2, 3), [h], n, 0.5, rise=r, droop=1.0) for h, n, r in each]
    assert np.array_equal(together, join(*alone))
    for heading, leaf in zip(headings, alone, strict=True):
        tip = leaf.reshape(-1, 3)[np.argmax(np.hypot(*(leaf.reshape(-1, 3)[:, :2] - [1, 2]).T))] - [1, 2, 3]
        assert np.arctan2(tip[1], tip[0]) % (2 * np.pi) == pytest.approx(heading, abs=0.05)


def test_placing_turns_counter_clockwise_then_moves() -> None:
    point = np.array([[[1.0, 0, 0]] * 3])
    assert placed(point, (10, 0, 1), turn_deg=90, scale=2)[0, 0] == pytest.approx([10, 2, 1])


def test_a_split_keeps_area_facing_and_sides() -> None:
    sheet = join(quad((0, 0, 0), (4, 0, 0), (4, 3, 0), (0, 3, 0)))
    below, above = split(sheet, sheet[..., 0] - 1.0)
    assert area(below) == pytest.approx(3) and area(above) == pytest.approx(9)
    assert below[..., 0].max() == pytest.approx(1) and above[..., 0].min() == pytest.approx(1)
    for part in (below, above):
        assert (np.cross(part[:, 1] - part[:, 0], part[:, 2] - part[:, 0])[:, 2] > 0).all()


def test_a_split_where_nothing_is_cut_returns_everything() -> None:
    sheet = quad((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0))
    below, above = split(sheet, sheet[..., 0] + 1.0)
    assert len(below) == 0 and len(above) == 2
