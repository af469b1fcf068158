"""What the released network sees in a drawing."""

from __future__ import annotations

import cv2
import numpy as np

from archviz.core.maps import EdgeMap
from archviz.sketch import estimate_space


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
