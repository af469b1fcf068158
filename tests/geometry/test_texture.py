"""Textures in the base colour map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from archviz.core.camera import Camera
from archviz.core.elements import Element, ElementTable
from archviz.core.material import Material
from archviz.core.size import Size
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.scene import Scene
from archviz.geometry.texture import Texture

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def wall(*, repeat: float = 1.0) -> Scene:
    """A wall of 4 x 4 m that faces south; its picture is red on the left half and blue on the right."""
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :32, 0], pixels[:, 32:, 2] = 255, 255
    return Scene(
        vertices_m=np.array([(-2, 0, 0), (2, 0, 0), (2, 0, 4), (-2, 0, 4)], np.float32),
        faces=np.array([(0, 1, 2), (0, 2, 3)], np.int32),
        face_elements=np.zeros(2, np.int32),
        table=ElementTable(
            (Element(name="wall", material=0),),
            (Material(name="picture", base_color=(0.5, 0.0, 0.5), texture="key"),),
        ),
        uv=np.array([(0, 0), (repeat, 0), (repeat, repeat), (0, repeat)], np.float32),
        textures={"key": Texture(pixels)},
    )


def seen(scene: Scene) -> np.ndarray:
    size = Size(height=64, width=64)
    camera = Camera(position_m=(0, -8, 2), target_m=(0, 0, 2), focal_mm=36, size=size)
    return rasterize(scene, camera).base_color().array


def test_a_picture_is_seen_where_it_lies() -> None:
    colors = seen(wall())
    np.testing.assert_allclose(colors[32, 20], RED, atol=0.02)
    np.testing.assert_allclose(colors[32, 44], BLUE, atol=0.02)


def test_far_stripes_become_their_mean() -> None:
    np.testing.assert_allclose(seen(wall(repeat=500.0))[32, 20:44].mean(axis=0), (0.5, 0, 0.5), atol=0.05)


def test_another_material_takes_the_picture_away() -> None:
    scene = wall()
    plain = replace(scene.table.materials[0], base_color=(0.2, 0.3, 0.4), texture="")
    colors = seen(scene.with_table(ElementTable(scene.table.elements, (plain,))))
    np.testing.assert_allclose(colors[32, 20], (0.2, 0.3, 0.4), atol=1e-6)


def test_a_merged_scene_keeps_its_picture() -> None:
    other = Scene(
        vertices_m=np.array([(-9, 5, 0), (9, 5, 0), (0, 5, 9)], np.float32),
        faces=np.array([(0, 1, 2)], np.int32),
        face_elements=np.zeros(1, np.int32),
        table=ElementTable((Element(name="hill", material=0),), (Material(name="grass"),)),
    )
    np.testing.assert_allclose(seen(other.merged(wall()))[32, 20], RED, atol=0.02)


def test_the_textures_of_a_model_keep_below_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    from archviz.geometry.loaders import texture as module

    monkeypatch.setattr(module, "MAX_TEXTURE_BYTES", 3 * (64 * 64 + 32 * 32 + 16 * 16))
    rng = np.random.default_rng(4)
    kept: dict[str, Texture] = {}
    warnings: list[str] = []
    for side in (64, 32, 64):
        pixels = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
        file = module.TextureFile(mean=(0, 0, 0), alpha=1.0, texture=Texture(pixels), key=f"{len(kept)}")
        assert file.kept_in(kept, warnings) == f"{len(kept) - 1}"
    # The first that is largest is halved, as a mean of four, until all fit.
    assert [t.pixels.shape[0] for t in kept.values()] == [32, 32, 32]
    assert len(set(warnings)) == 1 and "less sharp" in warnings[0]
    plain = Texture(np.array([[[0, 0, 0], [10, 20, 30]], [[10, 20, 30], [20, 40, 60]]], np.uint8))
    assert plain.halved().pixels.tolist() == [[[10, 20, 30]]]
    monkeypatch.setattr(module, "MAX_TEXTURES", 3)
    another = module.TextureFile(mean=(0, 0, 0), alpha=1.0, texture=plain, key="9")
    assert another.kept_in(kept, warnings) == "" and "9" not in kept
