"""What each part of a drawing shows: a network's votes, and what its lines say against them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from archviz.sketch.estimate import Layer
from archviz.sketch.segments import crowned, scalloped
from archviz.sketch.vanishing import Areas

__all__ = ["agreed_layers", "corrected_votes"]

# A pane or a panel is one thing. A segment larger than this share of the picture has a vote only if its pixels
# agree so far; whether it is of the building at all, if they do so by more than this beyond a half.
_ONE_THING = 0.03
_AGREED, _DECIDED = 0.6, 0.15
# Share of glass, of what is building, above which a segment is a window.
_GLASS = 0.55
# What may be a crown of a tree is one if the network finds a leaf in it, and no more ground or sky than this.
_LEAFY, _LAWN, _SKY = 0.01, 0.3, 0.9
# What may be a gable is of the sky by more than this, and so much of its outline runs along the sky and the building.
_DOUBTED, _SLOPES, _BASE = 0.2, 0.45, 0.15


def corrected_votes(
    votes: NDArray[np.float64],
    areas: Areas,
    segments: NDArray[np.int32],
    area_of: NDArray[np.int32],
    owner: NDArray[np.int32],
) -> NDArray[np.float64]:
    """(6, n) votes of segments, where outlines tell crowns of trees and gables from what the network took them for.

    Parameters
    ----------
    votes
        (6, n) share of each :class:`Layer` in each segment.
    areas
        The drawing's areas.
    segments, area_of
        (H, W) segment of each pixel, 0 on lines; (n,) the area of each.
    owner
        (H, W) the segments with lines given to what lies nearest.
    """
    votes, one = votes.copy(), np.eye(len(Layer))
    # What lies behind a gap in the outline of crowns is lawn and sky.
    open_air = (votes[Layer.GROUND] > _LAWN) | (votes[Layer.SKY] > _SKY)
    crowns = crowned(areas)[area_of] | (scalloped(areas)[area_of] & ~open_air & (votes[Layer.PLANT] > _LEAFY))
    votes[:, crowns] = one[Layer.PLANT][:, None]
    gables = _against_sky(votes, segments, owner)
    solid = np.delete(votes[:, gables], Layer.SKY, axis=0).argmax(axis=0)
    votes[:, gables] = one[:, solid]
    return votes


def _against_sky(
    votes: NDArray[np.float64], segments: NDArray[np.int32], owner: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Segments that a line parts from the open sky, and the network does not: a plain gable, a roof without tiles.

    A line between sky and sky says that one of them is none. Holes of railings and pergolas are parted from it by
    a side of theirs; the slopes of a gable are always more than its base.

    Parameters
    ----------
    votes
        (6, n) of each segment.
    segments, owner
        (H, W) segment of each pixel, 0 on lines; the same with lines given to what lies nearest.
    """
    count = votes.shape[1]
    best = votes.argmax(axis=0)
    edge = np.unique(np.concatenate([owner[0], owner[-1], owner[:, 0], owner[:, -1]]))
    doubted = votes[Layer.SKY] > _DOUBTED
    doubted[edge] = False
    # How far its outline runs along anything, along the open sky behind a line, and along the building.
    around, sky, own = np.zeros(count), np.zeros(count), np.zeros(count)
    open_sky = np.zeros(count, np.bool_)
    open_sky[edge] = best[edge] == Layer.SKY
    for a, b in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        meets = owner[a] != owner[b]
        inked = ((segments[a] == 0) | (segments[b] == 0))[meets]
        for one, other in ((owner[a][meets], owner[b][meets]), (owner[b][meets], owner[a][meets])):
            around += np.bincount(one, minlength=count)
            sky += np.bincount(one, inked & open_sky[other], minlength=count)
            own += np.bincount(one, np.isin(best[other], (Layer.BUILDING, Layer.OPENING)), minlength=count)
    found = doubted & (sky > _SLOPES * around) & (own > _BASE * around)
    return np.flatnonzero(found)


def agreed_layers(
    layers: NDArray[np.float32],
    votes: NDArray[np.float64],
    owner: NDArray[np.int32],
    told: NDArray[np.bool_],
    sizes: NDArray[np.int64],
) -> NDArray[np.float32]:
    """(6, H, W) layers as each segment votes; where it does not agree on one, each pixel's among what it is rather."""
    own = votes[Layer.BUILDING] + votes[Layer.OPENING]
    # A window is drawn from line to line: of a segment all is glass or nothing.
    glass = votes[Layer.OPENING] > _GLASS * own
    votes = votes.copy()
    votes[Layer.BUILDING], votes[Layer.OPENING] = np.where(glass, 0.0, own), np.where(glass, own, 0.0)
    of_building = np.isin(np.arange(len(layers)), (Layer.BUILDING, Layer.OPENING))
    one = told & ((votes.max(axis=0) > _AGREED) | (sizes < _ONE_THING * owner.size))
    made = np.where(one[owner], votes[:, owner], layers)
    # Where a building ends is drawn as well: another segment is of it or not, whatever else its parts are.
    split = told & ~one
    built = split & (own > 0.5 + _DECIDED)
    made = np.where(built[owner], votes[:, owner] * of_building[:, None, None], made)
    bare = split & (own < 0.5 - _DECIDED)
    made = np.where(bare[owner], made * ~of_building[:, None, None], made)
    return (made / np.maximum(made.sum(axis=0), 1e-6)).astype(np.float32)
