"""The G-buffer against closed forms."""

from __future__ import annotations

import time

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.errors import EmptyViewError
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from tests.geometry.shapes import box, quad, scene, sphere

GLASS = Material(name="glass", base_color=(0.1, 0.2, 0.3), transmission=0.9)
GRASS = Material(name="grass", base_color=(0.2, 0.4, 0.1), family=TextureFamily.GRASS)
SIZE = Size(64, 96)


def camera(position: tuple[float, float, float], target: tuple[float, float, float], **fields: object) -> Camera:
    return Camera(position_m=position, target_m=target, **{"size": SIZE, "focal_mm": 36.0, **fields})  # type: ignore[arg-type]


def test_a_2_m_cube_from_5_m_has_depth_4_m() -> None:
    cube = scene({"cube": box((-1, -1, -1), (1, 1, 1))})
    g = rasterize(cube, camera((0, -5, 0), (0, 0, 0)))
    face = g.elements.array == 0
    # Depth runs along the optical axis, so the whole front face is 4 m deep, its corners too.
    np.testing.assert_allclose(g.depth.array[face], 4.0, rtol=1e-6)
    assert np.isinf(g.depth.array[~face]).all()
    # 2 m at 4 m through a lens of one sensor width, 96 px: 48 px both ways.
    assert face.sum() == 48 * 48
    assert face[8:56, 24:72].all()
    np.testing.assert_allclose(g.normals.array[face], np.broadcast_to((0, -1, 0), (48 * 48, 3)), atol=1e-6)
    assert not g.normals.array[~face].any()


def test_normals_of_a_sphere_are_its_radii_and_face_the_viewer() -> None:
    ball = scene({"ball": sphere(1.0)})
    g = rasterize(ball, camera((0, -4, 0), (0, 0, 0)))
    points = g.positions_m()[g.hit]
    cosines = np.einsum("ij,ij->i", points / np.linalg.norm(points, axis=1, keepdims=True), g.normals.array[g.hit])
    # A facet of 1/128 of the circle turns by no more than 2 degrees from the true normal.
    assert cosines.min() > np.cos(np.radians(2.5))
    assert np.abs(np.linalg.norm(points, axis=1) - 1).max() < 2e-3


def test_normals_face_the_viewer_whatever_the_winding() -> None:
    corners, faces = box((-1, -1, -1), (1, 1, 1))
    inside_out = rasterize(scene({"cube": (corners, faces[:, ::-1])}), camera((3, -5, 2), (0, 0, 0)))
    outside_out = rasterize(scene({"cube": (corners, faces)}), camera((3, -5, 2), (0, 0, 0)))
    np.testing.assert_array_equal(inside_out.normals.array, outside_out.normals.array)
    rays = inside_out.camera.ray_directions()
    assert (np.einsum("ijk,ijk->ij", inside_out.normals.array, rays)[inside_out.hit] < 0).all()


def test_ids_parts_and_colours_are_those_of_the_elements() -> None:
    house = scene(
        {
            "wall": box((-2, 0, 0), (2, 1, 3)),
            "pane": (box((-1, -0.1, 1), (1, 0, 2)), GLASS, Part.OPENING),
            "lawn": (quad((-50, -50, 0), (50, -50, 0), (50, 50, 0), (-50, 50, 0)), GRASS, Part.GROUND),
        }
    )
    g = rasterize(house, camera((0, -6, 1.5), (0, 0, 1.5)))
    middle, below, above = (32, 48), (63, 2), (0, 2)
    assert [g.elements.array[at] for at in (middle, below, above)] == [1, 2, -1]
    assert [g.parts()[at] for at in (middle, below, above)] == [Part.OPENING, Part.GROUND, Part.SKY]
    np.testing.assert_allclose(g.base_color().array[middle], GLASS.base_color)
    assert not g.base_color().array[above].any()
    assert g.material_values("transmission")[middle] == np.float32(0.9)
    assert g.materials.array[above] == -1


def test_lens_shift_moves_the_picture_and_keeps_the_scale() -> None:
    cube = scene({"cube": box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))})
    plain = rasterize(cube, camera((0, -5, 0), (0, 0, 0))).hit
    shifted = rasterize(cube, camera((0, -5, 0), (0, 0, 0), shift=(0.125, 0.0625))).hit
    # Shift right by 12 px and up by 6 px: the cube moves left and down.
    np.testing.assert_array_equal(np.roll(plain, (6, -12), axis=(0, 1)), shifted)


def test_an_empty_view_is_refused_with_what_to_do() -> None:
    cube = scene({"cube": box((-1, -1, -1), (1, 1, 1))})
    with pytest.raises(EmptyViewError, match=r"\(0\.0, -5\.0, 0\.0\).*turn it to the model"):
        rasterize(cube, camera((0, -5, 0), (0, -9, 0)))


def test_a_caster_of_another_scene_is_refused() -> None:
    cube, other = (scene({"cube": box((-1, -1, -1), (1, 1, top))}) for top in (1, 2))
    view = camera((0, -5, 0), (0, 0, 0))
    with pytest.raises(ValueError, match="another scene"):
        rasterize(cube, view, caster=RayCaster(other))
    shared = rasterize(cube, view, caster=RayCaster(cube))
    np.testing.assert_array_equal(shared.depth.array, rasterize(cube, view).depth.array)


def test_ray_caster_distances_and_occlusion() -> None:
    caster = RayCaster(scene({"cube": box((-1, -1, -1), (1, 1, 1))}))
    hits = caster.first_hits(np.array([[0, -5, 0], [0, -5, 3]]), np.array([[0, 7.0, 0], [0, 1, 0]]))
    # Directions of any length: distances are metres.
    assert hits.distances_m[0] == pytest.approx(4.0, rel=1e-6)
    assert hits.faces[1] == -1 and np.isinf(hits.distances_m[1])
    up = np.array([[0.0, 0, 1], [0, 0, 1]])
    below, beside = (0, 0, -3), (3, 0, -3)
    assert caster.occluded(np.array([below, beside]), up).tolist() == [True, False]
    assert caster.occluded(np.array([below]), up[:1], max_distance_m=1.9).tolist() == [False]


@pytest.mark.slow
def test_a_hundred_thousand_triangles_at_1024_px_take_under_two_seconds() -> None:
    ball = scene({"ball": sphere(3.0, rings=160), "floor": quad((-9, -9, -3), (9, -9, -3), (9, 9, -3), (-9, 9, -3))})
    assert len(ball.faces) > 100_000
    view = camera((0, -8, 0), (0, 0, 0), size=Size(1024, 1024))
    start = time.process_time()
    rasterize(ball, view)
    assert time.process_time() - start < 2.0
