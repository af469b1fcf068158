"""Windows and doors of a scene: elements and their pieces gathered into outlines.

A window may be one element, a frame and a pane, or a piece of an element that holds every pane of a
house. So the connected pieces of all openings are gathered: those of one element that touch, those
of elements that share a name but for its last word (``window.3.frame``, ``window.3.glass``), and
those that lie inside another's box. Panes side by side in a ribbon stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Element, ElementTable, unique_name
from archviz.core.openings import Opening, OpeningKind
from archviz.geometry.naming import is_glass, opening_kind, words_of
from archviz.geometry.panes import opening_panes
from archviz.geometry.scene import Scene

__all__ = ["find_openings", "label_openings", "outline_of"]

# Pieces nearer than this touch: exporters leave gaps for hairline joints.
_TOUCH_M = 0.02
# A piece lies inside another's box where it stands out of it by less than this.
_INSIDE_M = 0.06
# Smaller than this both ways it is a handle, not an opening.
_LEAST_M = 0.2
# Less of a wall than a roof: above this the normal is that of a skylight.
_LEVEL = 0.7
_FILL_GRID = 64
_TRANSPARENT = 0.5
_KIND_OF_CLASS: dict[str, OpeningKind] = {"ifcwindow": "window", "ifcdoor": "door", "ifccurtainwall": "window"}

_Boxes = NDArray[np.float64]


def find_openings(scene: Scene) -> tuple[Opening, ...]:
    """The windows and doors of a scene, in the order of its faces.

    Parameters
    ----------
    scene
        Whose elements of part ``OPENING`` are gathered.

    Returns
    -------
    tuple of Opening
        Empty where nothing in the model says window, door or glass.
    """
    return label_openings(scene)[0]


def label_openings(scene: Scene) -> tuple[tuple[Opening, ...], NDArray[np.int32]]:
    """:func:`find_openings`, and (f,) int32 the row of the opening that each face belongs to; -1 for none."""
    groups = _group_faces(scene)
    labels = np.full(len(groups), -1, dtype=np.int32)
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(groups.max(initial=-1) + 2))
    taken: set[str] = set()
    found: list[Opening] = []
    middle = np.asarray(scene.building_bounds().center_m) if len(order) else np.zeros(3)
    for start, end in pairwise(starts):
        faces = order[start:end]
        outline = outline_of(scene.vertices_m[scene.faces[faces]].astype(np.float64), middle)
        if outline is None:
            continue
        rows = tuple(int(row) for row in np.unique(scene.face_elements[faces]))
        name = unique_name(_shared_name([scene.table.elements[row].name for row in rows]), taken)
        taken.add(name)
        kind = _kind(scene.table, rows)
        labels[faces] = len(found)
        corners, depth, fill = outline
        found.append(Opening(name=name, kind=kind, elements=rows, corners_m=corners, depth_m=depth, fill=fill))
    return tuple(found), labels


def _group_faces(scene: Scene) -> NDArray[np.int32]:
    """(f,) which group of pieces each face belongs to, from 0; -1 where it is no opening's."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    panes = opening_panes(scene)
    count = int(panes.max(initial=-1)) + 1
    if not count:
        return panes
    rows = np.flatnonzero(panes >= 0)
    corners = scene.triangles_m[rows].astype(np.float64)
    boxes: _Boxes = np.empty((count, 2, 3))
    boxes[:, 0], boxes[:, 1] = np.inf, -np.inf
    np.minimum.at(boxes[:, 0], panes[rows], corners.min(1))
    np.maximum.at(boxes[:, 1], panes[rows], corners.max(1))
    owner = np.empty(count, dtype=np.int64)
    owner[panes[rows]] = scene.face_elements[rows]
    stems = _stems(scene.table.elements)
    pairs = [(a, b) for a, b in _touching(boxes) if _belong(boxes, owner, stems, a, b)]
    links = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = coo_matrix((np.ones(links.shape[1], dtype=np.int8), (links[0], links[1])), shape=(count, count))
    _, group = connected_components(graph, directed=False)
    labels = np.full(len(panes), -1, dtype=np.int32)
    labels[rows] = group[panes[rows]]
    return labels


def _touching(boxes: _Boxes) -> Iterator[tuple[int, int]]:
    """Pairs of boxes with less than :data:`_TOUCH_M` between them, by a sweep along x."""
    order = np.argsort(boxes[:, 0, 0], kind="stable")
    low, high = boxes[order, 0] - _TOUCH_M, boxes[order, 1]
    ends = np.searchsorted(low[:, 0], high[:, 0], side="right")
    for row, end in enumerate(ends):
        others = slice(row + 1, end)
        near = ((low[others] <= high[row]) & (high[others] >= low[row])).all(1)
        for other in np.flatnonzero(near) + row + 1:
            yield int(order[row]), int(order[other])


def _belong(boxes: _Boxes, owner: NDArray[np.int64], stems: list[str], a: int, b: int) -> bool:
    if owner[a] == owner[b] or (stems[owner[a]] and stems[owner[a]] == stems[owner[b]]):
        return True
    return _inside(boxes[a], boxes[b]) or _inside(boxes[b], boxes[a])


def _inside(small: _Boxes, large: _Boxes) -> bool:
    return bool((small[0] >= large[0] - _INSIDE_M).all() and (small[1] <= large[1] + _INSIDE_M).all())


def _stems(elements: Iterable[Element]) -> list[str]:
    """Each name without its last word; empty where that is a number: ``window.3`` is no part of ``window``."""
    stems = []
    for element in elements:
        parts = re.split(r"[\s._:|/-]+", element.name)
        part = len(parts) > 1 and bool(words_of(parts[-1]))
        stems.append(".".join(parts[:-1]) if part else "")
    return stems


def _shared_name(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    length = min(map(len, names))
    same = next((i for i in range(length) if len({name[i] for name in names}) > 1), length)
    # A name is cut between its words only.
    cut = re.match(r"(.*[^\W_])[\W_]+[^\W_]*$", names[0][: same + 1])
    return cut[1] if cut and words_of(cut[1]) else names[0]


def _kind(table: ElementTable, rows: tuple[int, ...]) -> OpeningKind:
    """By class, then by names of elements, then of materials, then by what lets light through."""
    elements = [table.elements[row] for row in rows]
    materials = [table.materials[element.material] for element in elements]
    for element in elements:
        if (named := _KIND_OF_CLASS.get(element.class_name.lower())) is not None:
            return named
    kinds = [opening_kind(*(words for words in (e.name, e.class_name) if words)) for e in elements]
    bare = [opening_kind(_without_last(e.name)) for e in elements]
    for kind in ("door", "window"):
        if kind in kinds or kind in bare:
            return "door" if kind == "door" else "window"
    kinds = [opening_kind(m.name) for m in materials]
    if "door" in kinds:
        return "door"
    clear = any(is_glass(m.name) or m.transmission > _TRANSPARENT for m in materials)
    return "window" if clear or "window" in kinds else "unknown"


def _without_last(name: str) -> str:
    """``window.3.frame`` tells of a frame first; what it is the frame of stands before."""
    return re.sub(r"[\s._:|/-]+[^\W\d_]+$", "", name)


def outline_of(
    triangles: NDArray[np.float64], middle_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, float] | None:
    """The flat outline of an opening's faces.

    Parameters
    ----------
    triangles
        (f, 3, 3) [m].
    middle_m
        (3,) of the building: outside is away from it.

    Returns
    -------
    corners_m, depth_m, fill
        As in :class:`archviz.core.openings.Opening`; ``None`` for what is no larger than a handle.
    """
    crossed = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    lengths = np.linalg.norm(crossed, axis=1, keepdims=True)
    # Weighted by area, front and back alike: the direction that most faces of a thin thing have.
    normal = np.linalg.eigh((crossed / np.maximum(lengths, 1e-20)).T @ crossed)[1][:, -1]
    if abs(normal[2]) < _LEVEL:
        right = np.cross((0.0, 0.0, 1.0), normal)
    else:
        right = np.cross((0.0, 1.0, 0.0), normal) if abs(normal[1]) < _LEVEL else np.cross((1.0, 0.0, 0.0), normal)
    right /= np.linalg.norm(right)
    points = triangles.reshape(-1, 3)
    if normal @ (points.mean(0) - middle_m) < 0:
        normal, right = -normal, -right
    up = np.cross(normal, right)
    axes = np.stack([right, up, normal])
    local = points @ axes.T
    low, high = local.min(0), local.max(0)
    wide, tall = high[:2] - low[:2]
    if max(wide, tall) < _LEAST_M or min(wide, tall) < _LEAST_M / 4:
        return None
    flat = np.array([(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])])
    corners = np.column_stack([flat, np.full(4, high[2])]) @ axes
    return corners, float(high[2] - low[2]), _filled(local.reshape(-1, 3, 3)[..., :2], low[:2], high[:2])


def _filled(triangles: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    """Share of a rectangle that flat triangles cover."""
    import cv2

    grid = np.zeros((_FILL_GRID, _FILL_GRID), dtype=np.uint8)
    scaled = np.rint((triangles - low) / (high - low) * (_FILL_GRID - 1)).astype(np.int32)
    for triangle in scaled:
        cv2.fillConvexPoly(grid, triangle, 1)
    return float(np.clip(grid.mean(), 1e-3, 1.0))
