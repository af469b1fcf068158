"""Feature edges against figures whose lines are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.scene import Scene
from tests.geometry.shapes import Mesh, box, quad, scene, sphere

RED = Material(name="red", base_color=(0.6, 0.1, 0.1))
LEAVES = Material(name="leaves", base_color=(0.1, 0.4, 0.1), family=TextureFamily.FOLIAGE)
FRONT = Camera(position_m=(0, -5, 0), target_m=(0, 0, 0), focal_mm=36.0, size=Size(96, 96))


def lines(parts: Scene, camera: Camera = FRONT) -> np.ndarray:
    return rasterize(parts, camera).edges.array


def wall(x0: float, x1: float, *, y: float = 0.0, z0: float = -9.0, z1: float = 9.0) -> Mesh:
    return quad((x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1))


def test_the_edges_of_a_square_are_its_four_sides() -> None:
    # 2.5 m wide at 5 m through a lens of one sensor width: pixels 24 to 71.
    edges = lines(scene({"square": wall(-1.25, 1.25, z0=-1.25, z1=1.25)}))
    expected = np.zeros((96, 96), np.float32)
    expected[24:72, 24:72] = 1
    expected[25:71, 25:71] = 0
    np.testing.assert_array_equal(edges, expected)


def test_a_turned_square_has_thin_closed_sides() -> None:
    turn = np.radians(17)
    corners, faces = wall(-1.25, 1.25, z0=-1.25, z1=1.25)
    x, z = corners[:, 0], corners[:, 2]
    corners = np.stack([x * np.cos(turn) - z * np.sin(turn), 0 * x, x * np.sin(turn) + z * np.cos(turn)], axis=1)
    edges = lines(scene({"square": (corners, faces)}))
    # Four sides of 48 px: a line one to two pixels wide covers 1 to 2 times their length.
    assert 4 * 48 * 0.9 < edges.sum() < 4 * 48 * 1.5
    # Every marked pixel lies within 1.5 px of the true outline.
    yy, xx = np.nonzero(edges)
    local_x, local_z = (xx + 0.5 - 48) / 19.2, (48 - yy - 0.5) / 19.2
    u = np.abs(local_x * np.cos(turn) + local_z * np.sin(turn))
    v = np.abs(-local_x * np.sin(turn) + local_z * np.cos(turn))
    assert (np.abs(np.maximum(u, v) - 1.25) * 19.2 < 1.5).all()


def test_coplanar_faces_of_one_material_give_no_line() -> None:
    halves = scene({"left": wall(-9, 0), "right": wall(0, 9)})
    assert not lines(halves).any()


@pytest.mark.parametrize("change", ["material", "part"])
def test_a_change_in_one_plane_gives_one_line(change: str) -> None:
    material = RED if change == "material" else Material(name="plain")
    part = Part.OPENING if change == "part" else Part.BUILDING
    edges = lines(scene({"left": wall(-9, 0), "right": (wall(0, 9), material, part)}))
    assert (edges.sum(axis=1) == 1).all()
    assert edges[:, 47:49].sum() == 96


def test_a_grazing_ground_gives_no_line_but_its_horizon() -> None:
    ground = scene({"ground": quad((-1000, -5, 0), (1000, -5, 0), (1000, 4000, 0), (-1000, 4000, 0))})
    edges = lines(ground, Camera(position_m=(0, 0, 1.6), target_m=(0, 10, 1.6), size=Size(96, 96)))
    rows = np.flatnonzero(edges.any(axis=1))
    assert rows.tolist() == [48] and edges[48].all()


def test_a_sphere_has_an_outline_and_nothing_inside() -> None:
    g = rasterize(scene({"ball": sphere(1.5, rings=48)}), FRONT)
    inside = np.pad(g.hit, 1)
    core = inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    np.testing.assert_array_equal(g.edges.array > 0, g.hit & ~core)


def test_a_fold_is_a_line_above_the_crease_angle_only() -> None:
    def folded(angle_deg: float) -> float:
        back = 9 * np.tan(np.radians(angle_deg / 2))
        left = quad((-9, back, -9), (0, 0, -9), (0, 0, 9), (-9, back, 9))
        right = quad((0, 0, -9), (9, back, -9), (9, back, 9), (0, 0, 9))
        return float(lines(scene({"left": left, "right": right}))[:, 46:50].sum())

    assert folded(25) == 96
    corners = np.concatenate([quad((-9, 0.7, -9), (0, 0, -9), (0, 0, 9), (-9, 0.7, 9))[0]])
    right = quad((0, 0, -9), (9, 0.7, -9), (9, 0.7, 9), (0, 0, 9))[0]
    # About 9 degrees in one element: a facet of something round.
    one = (np.concatenate([corners, right]), np.array([(0, 1, 2), (0, 2, 3), (4, 5, 6), (4, 6, 7)]))
    assert not lines(scene({"round": one})).any()


def test_a_step_is_a_line_on_the_nearer_side() -> None:
    edges = lines(scene({"near": wall(-9, 0, y=-0.5), "far": wall(-9, 9)}))
    # The near wall ends on the optical axis: the last pixel left of it carries the line.
    assert edges[:, 47].all() and edges.sum() == 96


def test_a_shallow_door_shows_where_the_element_changes() -> None:
    # 2 cm in front of the wall, a pixel is 5 cm: seen because the element changes there.
    flat, proud = wall(-9, 9), wall(-1.25, 1.25, y=-0.02, z0=-1.25, z1=1.25)
    as_elements = lines(scene({"wall": flat, "door": proud}))
    corners = np.concatenate([flat[0], proud[0]])
    as_one = lines(scene({"wall": (corners, np.concatenate([flat[1], proud[1] + 4]))}))
    assert as_elements.sum() == pytest.approx(4 * 47, abs=8)
    assert not as_one.any()


def test_leaves_are_drawn_by_their_outline() -> None:
    rng = np.random.default_rng(5)
    corners = rng.uniform(-1, 1, (400, 1, 3)) * (1, 0.2, 1) + rng.uniform(-0.2, 0.2, (400, 3, 3))
    leaves = (corners.reshape(-1, 3), np.arange(1200).reshape(-1, 3))
    screen = wall(-1.25, 1.25, y=0.45, z0=-1.25, z1=1.25)
    crown = (np.concatenate([screen[0], leaves[0]]), np.concatenate([screen[1], leaves[1] + 4]))
    as_chips = lines(scene({"crown": (crown, replace(LEAVES, family=TextureFamily.PLAIN))}))
    assert as_chips[30:66, 30:66].mean() > 0.3
    # One plant is its outline; a wall a step behind it stays apart from it.
    for backdrop in ({}, {"wall": (wall(-9, 9, y=3), RED)}):
        as_leaves = lines(scene({"crown": (crown, LEAVES), **backdrop}))
        assert not as_leaves[30:66, 30:66].any()
        assert as_leaves[:30].any() and as_leaves[66:].any()


def test_the_lines_of_a_cube_are_its_nine_visible_edges() -> None:
    cube = scene({"cube": box((-1, -1, -1), (1, 1, 1))})
    view = Camera(position_m=(4, -6, 3), target_m=(0, 0, 0), focal_mm=50, size=Size(128, 128))
    edges = lines(cube, view)
    corners = box((-1, -1, -1), (1, 1, 1))[0]
    pixels = {tuple(c.astype(int)): p for c, p in zip(corners, view.project(corners)[0], strict=True)}
    hidden = (-1, 1, -1)
    distance = np.full(edges.shape, np.inf)
    yy, xx = np.mgrid[:128, :128] + 0.5
    for a, pa in pixels.items():
        for b, pb in pixels.items():
            if a < b and hidden not in (a, b) and np.abs(np.subtract(a, b)).sum() == 2:
                t = np.clip(((xx - pa[0]) * (pb - pa)[0] + (yy - pa[1]) * (pb - pa)[1]) / ((pb - pa) @ (pb - pa)), 0, 1)
                d = np.hypot(xx - pa[0] - t * (pb - pa)[0], yy - pa[1] - t * (pb - pa)[1])
                distance = np.minimum(distance, d)
                # Along every visible edge some pixel within 1.5 px is marked.
                for s in np.linspace(0.05, 0.95, 19):
                    x, y = pa + s * (pb - pa)
                    near = edges[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2]
                    assert near.any(), (a, b, s)
    assert distance[edges > 0].max() < 1.5
