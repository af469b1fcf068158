"""What may come of a damaged file: a refusal in words, or a model or drawing that holds together."""

from __future__ import annotations

import re

import numpy as np

from archviz.core.errors import InputError
from archviz.geometry import LoadedModel
from archviz.sketch import MAX_PIXELS, Drawing
from tests.hostile.upload import Watched

_MOST_CPU_S, _MOST_BYTES = 10.0, 1 << 30
_LONGEST_SENTENCE = 1000


def fault(watched: Watched) -> str | None:
    """What is wrong with what came of an upload; ``None`` where nothing is."""
    for ended in watched.ended:
        if ended.cpu_s > _MOST_CPU_S or ended.memory_bytes > _MOST_BYTES:
            return f"took {ended.cpu_s:.1f} s and {ended.memory_bytes >> 20} MiB"
    if watched.refusal is not None:
        return _fault_of_refusal(watched.refusal)
    assert watched.source is not None
    if watched.source.model is not None:
        return _fault_of_model(watched.source.model)
    return _fault_of_drawing(watched.source.drawing)


def _fault_of_refusal(error: InputError) -> str | None:
    message = error.message
    if not re.match(r"[^:]+: \S", message) or not message.isprintable() or len(message) > _LONGEST_SENTENCE:
        return f"not a sentence that names the file: {message!r}"
    if "Traceback" in message or "archviz-load" in message or "archviz-draw" in message:
        return f"tells of the inside: {message!r}"
    return None


def _fault_of_model(model: LoadedModel) -> str | None:
    scene = model.scene
    extents = np.array(model.extents_m)
    if not len(scene.faces) or not np.isfinite(scene.vertices_m).all() or not np.isfinite(extents).all():
        return f"{len(scene.faces)} faces, extents {extents}"
    corners = scene.triangles_m.astype(np.float64)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum()
    if (extents > 0).sum() < 2 or not area > 0 or extents.max() > 1e7:
        return f"extents {extents}, area {area}"
    texts = [*model.warnings, *model.assumptions, *model.hidden, *(e.name for e in scene.table.elements)]
    if any(not text.isprintable() or len(text) > _LONGEST_SENTENCE for text in texts):
        return f"a text that cannot be shown: {texts!r}"
    return None


def _fault_of_drawing(drawing: Drawing | None) -> str | None:
    if drawing is None or drawing.size.pixels > MAX_PIXELS or min(drawing.size.shape) < 16:
        return "no drawing, or one past the ceilings"
    return None
