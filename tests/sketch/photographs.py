"""Photographs of paper made in code: a sheet on a table, through a real camera, under uneven light."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_TABLES = ((70, 48, 32), (40, 42, 46), (120, 110, 100))


def _noise(generator: np.random.Generator, height: int, width: int, sigma: float) -> NDArray[np.float32]:
    made = cv2.GaussianBlur(generator.normal(size=(height, width)).astype(np.float32), (0, 0), sigma)
    return np.asarray(made / made.std())


def _sheet(page: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.float32]:
    """The page on creamy paper with a grain, folded once each way."""
    height, width = page.shape[:2]
    paper = page.astype(np.float32) / 255 * np.array([0.93, 0.916, 0.884], np.float32)
    paper *= 1 + 0.012 * _noise(generator, height, width, 1.2)[..., None]
    for length, shape in ((width, (1, width, 1)), (height, (height, 1, 1))):
        beside = np.arange(length) - generator.uniform(0.3, 0.7) * length
        crease = 0.12 * np.exp(-((beside / (0.0012 * length)) ** 2))
        slope = np.where(beside > 0, 0.10 * np.exp(-beside / (0.06 * length)), 0.0)
        paper *= (1 - crease - slope).astype(np.float32).reshape(shape)
    return paper


def _camera(shape: tuple[int, ...], size: tuple[int, int], generator: np.random.Generator) -> NDArray[np.float64]:
    """(4, 2) corners of a sheet of a shape as a tilted camera sees it, filling most of the picture."""
    (rows, columns), (height, width) = shape[:2], size
    focal = generator.uniform(0.8, 1.2) * width
    turns = np.radians([generator.uniform(-28, 28), generator.uniform(-25, 25), generator.uniform(-6, 6)])
    turn = np.linalg.multi_dot([cv2.Rodrigues(axis * angle)[0] for axis, angle in zip(np.eye(3), turns, strict=True)])
    corners = (
        np.array([[-columns, -rows, 0], [columns, -rows, 0], [columns, rows, 0], [-columns, rows, 0]]) / 2 @ turn.T
    )
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    room = np.array([width, height]) * (1 - generator.uniform(0.04, 0.16))
    distance = float(max(rows, columns))
    place = np.zeros(2)
    for _ in range(80):
        seen = (corners + [*(place * distance), distance]) @ lens.T
        seen = seen[:, :2] / seen[:, 2:]
        low, high = seen.min(axis=0), seen.max(axis=0)
        place += (np.array([width, height]) / 2 - (low + high) / 2) / focal
        inside = (low > 4).all() and (high < (width - 4, height - 4)).all()
        if inside and (high - low <= room).all():
            return np.asarray(seen)
        distance *= 1.03
    raise AssertionError("the sheet does not fit the picture")


def photograph(
    page: NDArray[np.uint8], seed: int, *, size: tuple[int, int] = (1350, 1800), shadow: bool = True
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A phone's picture of a page, and where the page's corners are in it.

    Parameters
    ----------
    page
        (H, W, 3) uint8, a drawing.
    seed
        Decides table, camera, light, folds and grain.
    size
        Of the photograph.
    shadow
        Whether something throws a shadow over it.
    """
    generator = np.random.default_rng(seed)
    height, width = size
    rows, columns = page.shape[:2]
    corners = _camera(page.shape, size, generator)
    outline = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    matrix = cv2.getPerspectiveTransform(outline - 0.5, (corners - 0.5).astype(np.float32))
    seen = cv2.warpPerspective(_sheet(page, generator), matrix, (width, height), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.ones((rows, columns), np.float32), matrix, (width, height))[..., None]
    table = np.full((height, width, 3), _TABLES[generator.integers(3)], np.float32) / 255
    table *= 1 + 0.07 * _noise(generator, height, width, generator.uniform(1, 3))[..., None]
    table *= 1 - 0.45 * cv2.GaussianBlur(np.roll(inside, (8, 10), (0, 1)), (0, 0), 9)[..., None]
    picture = table * (1 - inside) + seen * inside
    y, x = np.mgrid[:height, :width] / np.array(size)[:, None, None] - 0.5
    angle = generator.uniform(0, 2 * np.pi)
    light = np.clip(1 - 0.5 * np.clip(x * np.cos(angle) + y * np.sin(angle) + 0.5, 0, None) ** 1.3, 0.15, 1)
    if shadow:
        angle = generator.uniform(0, 2 * np.pi)
        across = x * np.cos(angle) + y * np.sin(angle) - generator.uniform(-0.1, 0.3)
        light = light * (1 - 0.4 / (1 + np.exp(-across / 0.012)))
    picture = cv2.GaussianBlur(picture * light[..., None].astype(np.float32), (0, 0), 0.8)
    picture = picture + generator.normal(scale=0.012, size=picture.shape)
    pixels = (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)
    _, coded = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]), corners
