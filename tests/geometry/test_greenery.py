"""Leaves on crowns and blades on lawns: where they belong, how large they are, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.elements import Part
from archviz.core.material import Material, TextureFamily
from archviz.core.size import Size
from archviz.geometry.foliage import dress_crowns
from archviz.geometry.fronds import feather_fronds
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.greenery import with_greenery
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings.builder import SceneBuilder
from archviz.geometry.surroundings.plants import grow
from archviz.geometry.turf import strew_blades
from tests.geometry.shapes import box, quad, scene, sphere

LEAVES = Material(name="leaves", base_color=(0.1, 0.3, 0.05), family=TextureFamily.FOLIAGE)
LAWN = Material(name="lawn", base_color=(0.1, 0.3, 0.05), family=TextureFamily.GRASS)
STONE = Material(name="stone", base_color=(0.4, 0.4, 0.4))
VIEW = Camera(position_m=(0, -20, 1.6), target_m=(0, 0, 1.6), focal_mm=28, size=Size(256, 384))
GROUND = quad((-200, -200, 0), (200, -200, 0), (200, 200, 0), (-200, 200, 0))


def _tree(part: Part = Part.SURROUNDINGS, material: Material = LEAVES) -> Scene:
    return scene({"house": box((8, 0, 0), (10, 2, 3)), "crown": (sphere(2.0, rings=8), material, part)})


def _leaves(plain: Scene, view: Camera = VIEW) -> NDArray[np.float32]:
    return dress_crowns(plain, view).triangles_m[len(plain.faces) :]


def test_a_crown_grows_leaves_and_nothing_else_does() -> None:
    plain = _tree()
    dressed = dress_crowns(plain, VIEW)
    assert dressed.table is plain.table
    assert np.array_equal(dressed.face_elements[: len(plain.faces)], plain.face_elements)
    assert set(dressed.face_elements[len(plain.faces) :]) == {1} and len(dressed.faces) - len(plain.faces) > 500
    house = plain.face_elements == 0
    assert np.array_equal(dressed.triangles_m[: len(plain.faces)][house], plain.triangles_m[house])
    reach = np.linalg.norm(dressed.triangles_m.reshape(-1, 3, 3)[len(plain.faces) :], axis=-1)
    assert 1.0 < reach.min() and reach.max() < 2.7, "on the crown of 2 m"
    assert np.array_equal(dressed.vertices_m, dress_crowns(plain, VIEW).vertices_m)


def test_a_wall_that_shares_its_corners_with_a_crown_stays() -> None:
    plain = _tree()
    # One vertex for the wall's corner and the crown's, as an exporter of one mesh with two materials writes it.
    faces = np.array(plain.faces)
    wall, crown = np.flatnonzero(plain.face_elements == 0)[0], np.flatnonzero(plain.face_elements == 1)[0]
    faces[wall, 0] = faces[crown, 0]
    welded = replace(plain, faces=faces)
    dressed = dress_crowns(welded, VIEW)
    assert len(dressed.faces) > len(plain.faces)
    own = welded.face_elements == 0
    assert np.array_equal(dressed.triangles_m[: len(faces)][own], welded.triangles_m[own])
    assert not np.array_equal(dressed.triangles_m[crown], welded.triangles_m[crown])


@pytest.mark.parametrize("view_m", [8.0, 20.0])
def test_a_leaf_is_no_smaller_than_a_camera_tells_apart(view_m: float) -> None:
    view = Camera(position_m=(0, -view_m, 1.6), target_m=(0, 0, 1.6), focal_mm=28, size=Size(256, 384))
    leaves = _leaves(_tree(), view)
    length = np.linalg.norm(leaves[:, 2] - leaves[:, :2].mean(axis=1), axis=1)
    assert np.median(length) * view.focal_px / view_m > 4.0 and len(leaves) < 20_000


def test_its_outline_is_ragged_and_where_it_was() -> None:
    plain, dressed = (rasterize(s, VIEW).elements.array == 1 for s in (_tree(), dress_crowns(_tree(), VIEW)))
    assert (plain & dressed).sum() > 0.8 * (plain | dressed).sum()

    def outline(mask: NDArray[np.bool_]) -> int:
        return int((mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum())

    assert outline(dressed) > 1.25 * outline(plain)


def test_sheets_buildings_and_what_is_out_of_sight_stay_as_they_are() -> None:
    frond = scene({"frond": (quad((0, 0, 0), (4, 0, 1), (4, 0, 3), (0, 0, 2)), LEAVES, Part.SURROUNDINGS)})
    wall = _tree(Part.BUILDING)
    rock = _tree(material=STONE)
    for plain in (frond, wall, rock):
        assert dress_crowns(plain, VIEW) is plain
    away = Camera(position_m=(0, -20, 1.6), target_m=(0, -40, 1.6), focal_mm=28, size=Size(256, 384))
    assert dress_crowns(_tree(), away).faces.shape == _tree().faces.shape


def test_leaves_have_no_lines_of_their_own() -> None:
    seen = rasterize(dress_crowns(_tree(), VIEW), VIEW)
    crown = seen.elements.array == 1
    inner = crown[1:-1, 1:-1] & crown[:-2, 1:-1] & crown[2:, 1:-1] & crown[1:-1, :-2] & crown[1:-1, 2:]
    assert seen.edges.array[1:-1, 1:-1][inner].mean() < 0.05


def _palm() -> Scene:
    out = SceneBuilder()
    for suffix, material, triangles in grow("palm", 8.0, rng=np.random.default_rng(3)).parts:
        out.add(f"plant.1.{suffix}", triangles, material=material, class_name="palm")
    return out.scene()


def test_a_palm_near_by_has_leaflets_on_ribs() -> None:
    plain = _palm()
    near = Camera(position_m=(0, -14, 1.6), target_m=(0, 0, 5), focal_mm=28, size=Size(256, 384))
    feathered = feather_fronds(plain, near)
    leaflets = feathered.triangles_m[len(plain.faces) :]
    assert len(leaflets) > 300 and set(feathered.face_elements[len(plain.faces) :]) == {1}
    fronds = plain.face_elements == 1
    before, after = (
        np.linalg.norm(np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0]), axis=1)[fronds].sum()
        for t in (plain.triangles_m, feathered.triangles_m[: len(plain.faces)])
    )
    assert after == pytest.approx(0.12 * before, rel=0.1), "the ribs stay"
    head = plain.triangles_m[fronds].reshape(-1, 3).mean(axis=0)
    plain_reach, reach = (
        np.linalg.norm(t.reshape(-1, 3) - head, axis=1).max() for t in (plain.triangles_m[fronds], leaflets)
    )
    assert 0.8 * plain_reach < reach < 1.25 * plain_reach
    whole, fine = (rasterize(s, near).elements.array == 1 for s in (plain, feathered))
    assert 0.4 < fine.sum() / whole.sum() < 1.3
    assert np.array_equal(feathered.vertices_m, feather_fronds(plain, near).vertices_m)


def test_far_palms_and_other_leaves_stay_whole() -> None:
    far = Camera(position_m=(0, -120, 1.6), target_m=(0, 0, 5), focal_mm=28, size=Size(256, 384))
    plain = _palm()
    assert feather_fronds(plain, far) is plain and feather_fronds(_tree(), VIEW).faces.shape == _tree().faces.shape
    cut = Scene(
        vertices_m=plain.vertices_m, faces=plain.faces[:-1], face_elements=plain.face_elements[:-1], table=plain.table
    )
    assert feather_fronds(cut, VIEW) is cut, "no fronds of ours"


def _lawn() -> Scene:
    path = quad((-1, -20, 0.02), (1, -20, 0.02), (1, 20, 0.02), (-1, 20, 0.02))
    return scene({"lawn": (GROUND, LAWN, Part.GROUND), "path": (path, STONE, Part.GROUND)})


def test_blades_stand_on_the_lawn_and_not_on_the_path() -> None:
    plain = _lawn()
    grown = strew_blades(plain, VIEW)
    blades = grown.triangles_m[len(plain.faces) :]
    assert len(blades) > 500 and set(grown.face_elements[len(plain.faces) :]) == {0}
    np.testing.assert_allclose(blades[:, :2, 2], 0.0, atol=1e-4)
    feet = blades[:, :2].mean(axis=1)
    assert np.abs(feet[:, 0]).min() > 0.99, "the path is as wide as a metre to each side"
    tall = blades[:, 2, 2]
    away = np.linalg.norm(feet - np.array(VIEW.position_m), axis=1)
    assert 0.015 < tall.min() and tall.max() < 0.12
    assert away.min() > 1.2 and (tall / away * VIEW.focal_px).min() > 0.7, "no blade that is no more than grain"


def test_from_high_above_a_lawn_is_plain() -> None:
    high = Camera(position_m=(0, -60, 60), target_m=(0, 0, 0), focal_mm=28, size=Size(256, 384))
    plain = _lawn()
    assert strew_blades(plain, high) is plain and strew_blades(_tree(), VIEW) is not None


def test_a_lawn_of_blades_is_no_drawing_of_lines() -> None:
    seen = rasterize(with_greenery(_lawn(), VIEW), VIEW)
    lawn = seen.elements.array == 0
    assert lawn.mean() > 0.3 and seen.edges.array[lawn].mean() < 0.05
    plain = rasterize(_lawn(), VIEW)
    path = seen.elements.array == 1
    assert np.array_equal(seen.edges.array[path] > 0, plain.edges.array[path] > 0), "the lawn's own border stays"
