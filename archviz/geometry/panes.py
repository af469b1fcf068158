"""Window panes: the connected pieces of a scene's openings, and which of them are lit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.errors import OptionError
from archviz.core.seeds import derive_generator
from archviz.geometry.scene import Scene
from archviz.geometry.surroundings.houses import HOUSES

__all__ = ["lit_panes", "opening_panes"]

# Corners nearer than this are one corner: exporters write a vertex per face.
_WELD_M = 1e-4
_GLASS_TRANSMISSION = 0.5
# Lit panes of neighbours for each of the building's.
_NEIGHBOURS = 0.35


def opening_panes(scene: Scene) -> NDArray[np.int32]:
    """Which pane each face belongs to.

    A pane is a connected piece of one ``OPENING`` element; corners within 0.1 mm count as shared.

    Returns
    -------
    ndarray
        (f,) int32 pane id from 0 in the order of faces; -1 where a face is no opening.
    """
    return _pieces(scene, scene.table.element_parts()[scene.face_elements] == int(Part.OPENING))


def _pieces(scene: Scene, wanted: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(f,) number of the connected piece of one element that each wanted face is in, -1 for the others."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    panes = np.full(len(scene.faces), -1, dtype=np.int32)
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return panes
    corners = np.rint(scene.triangles_m[rows].astype(np.float64) / _WELD_M).astype(np.int64)
    owner = np.broadcast_to(scene.face_elements[rows].astype(np.int64)[:, None, None], (len(rows), 3, 1))
    keys = np.concatenate([owner, corners], axis=2).reshape(-1, 4)
    _, welded = np.unique(keys, axis=0, return_inverse=True)
    welded = welded.reshape(-1, 3)
    count = int(welded.max()) + 1
    links = np.concatenate([welded[:, :2], welded[:, 1:]])
    graph = coo_matrix((np.ones(len(links), dtype=np.int8), (links[:, 0], links[:, 1])), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    _, first, pane = np.unique(label[welded[:, 0]], return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    panes[rows] = order[pane.ravel()]
    return panes


def lit_panes(scene: Scene, share: float, seed: int) -> NDArray[np.bool_]:
    """Faces of the panes that are lit.

    Each pane draws a number from the seed; the ``share`` of panes with the lowest numbers is lit,
    so that a larger share keeps the lit ones. Opaque openings (doors) stay dark in a model that
    has glass; in a model without glass every opening may be lit. Of the panes of neighbouring houses
    a third of that share is lit: the eye is to go to the building.

    Parameters
    ----------
    scene
        Whose ``OPENING`` elements are asked, and the houses among its surroundings.
    share
        Share of panes that are lit, 0 to 1.
    seed
        Decides which.

    Returns
    -------
    ndarray
        (f,) bool.

    Raises
    ------
    OptionError
        ``share`` is not between 0 and 1.
    """
    if not 0.0 <= share <= 1.0:
        raise OptionError(f"share of lit windows {share} is not accepted; give a number from 0 to 1")
    panes = opening_panes(scene)
    transmission = scene.table.material_values("transmission")[scene.table.element_materials()]
    clear = (transmission > _GLASS_TRANSMISSION)[scene.face_elements]
    glass = (panes >= 0) & clear
    lit = _drawn(panes, glass if glass.any() else panes >= 0, share, seed, "lit-panes")
    houses = np.array([element.class_name in HOUSES for element in scene.table.elements], dtype=np.bool_)
    around = scene.table.element_parts() == int(Part.SURROUNDINGS)
    windows = (houses & around)[scene.face_elements] & clear
    return lit | _drawn(_pieces(scene, windows), windows, _NEIGHBOURS * share, seed, "lit-neighbours")


def _drawn(panes: NDArray[np.int32], among: NDArray[np.bool_], share: float, seed: int, name: str) -> NDArray[np.bool_]:
    """(f,) faces of the share of panes whose draws are lowest."""
    candidates = np.unique(panes[among])
    if not len(candidates):
        return np.zeros(len(panes), dtype=np.bool_)
    draws = derive_generator(seed, name).random(int(panes.max()) + 1)[candidates]
    return np.isin(panes, candidates[np.argsort(draws)[: round(share * len(candidates))]])
