"""Models that pages look at: read once, beside the page, and kept for those who look at them next."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archviz.core.camera import Camera
from archviz.core.elements import ElementClass
from archviz.core.errors import InputError
from archviz.core.size import Size
from archviz.geometry import load_isolated
from archviz.geometry.scene import Scene
from archviz.geometry.views import VIEW_PRESETS, view_camera
from archviz.render.inputs import Source, hash_file
from archviz.render.request import RenderRequest
from archviz.ui.viewer.elements import Entry, list_entries
from archviz.ui.viewer.packing import PackedScene, pack_scene

__all__ = ["Model", "ModelShelf", "ReadKey", "read_key"]

_KEPT = 4
_AT_ONCE = 2


@dataclass(frozen=True)
class ReadKey:
    """What decides how a model is read.

    Parameters
    ----------
    path, changed_ns
        The file, and when it was last written.
    unit, up, hide, show, classes
        As in :class:`archviz.render.RenderRequest`; ``classes`` as pairs.
    """

    path: Path
    changed_ns: int
    unit: str | None
    up: Any
    hide: tuple[str, ...]
    show: tuple[str, ...]
    classes: tuple[tuple[str, ElementClass], ...]


def read_key(request: RenderRequest) -> ReadKey | None:
    """The key of a request's model; ``None`` where the file is gone."""
    if request.input is None:
        return None
    try:
        changed = request.input.stat().st_mtime_ns
    except OSError:
        return None
    classes = tuple(request.classes.items())
    return ReadKey(request.input, changed, request.unit, request.up, request.hide, request.show, classes)


@dataclass(frozen=True, eq=False)
class Model:
    """A model as the viewer needs it.

    Parameters
    ----------
    source
        As the renderer reads it, so that a request is resolved here as it is there.
    scene
        Its building.
    packed
        For the browser.
    """

    source: Source
    scene: Scene
    packed: PackedScene

    @functools.cached_property
    def entries(self) -> tuple[Entry, ...]:
        """What it holds, drawn or not."""
        return () if self.source.model is None else list_entries(self.source.model)

    @property
    def undrawn(self) -> tuple[str, ...]:
        """Names, classes and layers of what is not drawn."""
        read = self.source.model
        left_out = () if read is None else read.left_out
        return tuple(text for one in left_out for text in (one.name, one.group) if text)

    @functools.lru_cache(maxsize=8)  # noqa: B019  (a handful of models, each dropped with its shelf)
    def presets(self, size: Size) -> dict[str, Camera]:
        """The camera of every view preset."""
        return {view: view_camera(self.scene, view, size) for view in VIEW_PRESETS}


class ModelShelf:
    """Reads models in threads of its own; keeps the last few.

    Parameters
    ----------
    read
        Reads one; another for tests.
    """

    def __init__(self, read: Callable[[ReadKey], Model] | None = None) -> None:
        self._read = read or _read_model
        self._lock = threading.Lock()
        self._models: OrderedDict[ReadKey, Future[Model]] = OrderedDict()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="archviz-model")

    def ask(self, key: ReadKey) -> Future[Model]:
        """The model of a key, read or being read.

        Its result raises :class:`~archviz.core.errors.InputError` where the file cannot be used, and goes on to: a
        page that waits for the end of a reading asks again and again, and would begin another each time.
        """
        with self._lock:
            known = self._models.get(key)
            if known is None or _is_worth_another_try(known):
                known = self._models[key] = self._pool.submit(self._read, key)
            self._models.move_to_end(key)
            while len(self._models) > _KEPT:
                _, dropped = self._models.popitem(last=False)
                dropped.cancel()
            return known


def _is_worth_another_try(known: Future[Model]) -> bool:
    """Whether a reading failed, and not by its file."""
    return known.done() and not isinstance(known.exception(), (InputError, type(None)))


def _read_model(key: ReadKey) -> Model:
    model = load_isolated(key.path, unit=key.unit, up=key.up, hide=key.hide, show=key.show, classes=dict(key.classes))
    source = Source(kind="model", sha256=hash_file(key.path), model=model)
    return Model(source, model.scene, pack_scene(model.scene))
