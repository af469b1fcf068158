"""What the released network sees in a drawing."""

from __future__ import annotations

import cv2
import numpy as np

from archviz.core.maps import EdgeMap
from archviz.core.size import Size
from archviz.sketch import Estimate, Layer, closer_size, estimate_space


def test_a_mirrored_drawing_is_read_mirrored() -> None:
    lines = np.zeros((256, 384), np.float32)
    cv2.rectangle(lines, (100, 80), (300, 220), 1.0)
    cv2.rectangle(lines, (120, 120), (160, 160), 1.0)
    cv2.line(lines, (0, 220), (383, 220), 1.0)
    plain = estimate_space(EdgeMap(lines))
    mirrored = estimate_space(EdgeMap(np.ascontiguousarray(lines[:, ::-1])))
    np.testing.assert_allclose(mirrored.layers, plain.layers[:, :, ::-1], atol=1e-5)
    np.testing.assert_allclose(mirrored.depth, plain.depth[:, ::-1], rtol=1e-5)
    np.testing.assert_allclose(mirrored.confidence, plain.confidence[:, ::-1], atol=1e-5)
    turned = plain.normals[:, ::-1] * np.array([-1.0, 1.0, 1.0], dtype=np.float32)
    np.testing.assert_allclose(mirrored.normals, turned, atol=1e-5)


def test_layers_seen_closer_are_joined_and_the_rest_stays() -> None:
    def seen(height: int, width: int, layer: Layer) -> Estimate:
        layers = np.zeros((len(Layer), height, width), np.float32)
        layers[layer] = 1
        depth = np.full((height, width), float(height), np.float32)
        return Estimate(layers=layers, depth=depth, normals=np.ones((height, width, 3), np.float32), confidence=depth)

    small, large = seen(64, 96, Layer.BUILDING), seen(128, 192, Layer.BUILDING)
    large.layers[:, 40:42, 60:62] = 0
    large.layers[Layer.OPENING, 40:42, 60:62] = 1
    joined = small.seen_closer(large)
    assert joined.layers[Layer.OPENING, 20, 30] == 0.5 == joined.layers[Layer.BUILDING, 20, 30]
    assert joined.layers[Layer.OPENING].sum() == 0.5
    assert joined.depth is small.depth and joined.normals is small.normals
    assert closer_size(Size(384, 512)) == Size(576, 768)
