"""What grows, as finely as a camera can see it: leaves on plain crowns, leaflets on fronds, blades on lawns."""

from __future__ import annotations

from archviz.core.camera import Camera
from archviz.geometry.foliage import dress_crowns
from archviz.geometry.fronds import feather_fronds
from archviz.geometry.scene import Scene
from archviz.geometry.turf import strew_blades

__all__ = ["with_greenery"]


def with_greenery(scene: Scene, camera: Camera) -> Scene:
    """A scene as a camera sees it.

    See :func:`~archviz.geometry.foliage.dress_crowns`, :func:`~archviz.geometry.fronds.feather_fronds` and
    :func:`~archviz.geometry.turf.strew_blades`.
    """
    return strew_blades(feather_fronds(dress_crowns(scene, camera), camera), camera)
