"""Held-out views and the pictures made of them: each is made once, and kept as long as the weights stay."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.control import CHANNELS, drop_groups
from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import LightBuffer
from archviz.core.maps import ColorMap
from archviz.core.seeds import derive_generator
from archviz.diffusion import DiffusionRequest, engine_specs
from archviz.diffusion.frames import to_bytes
from archviz.fidelity.wireframe import Wireframe, trace_wireframe
from archviz.geometry.scene import Scene
from archviz.training.asking import ask
from archviz.training.captions import caption
from archviz.training.dataset import LitView, Mix, pair_mixes
from archviz.training.drafts import deferred_colour
from archviz.training.evaluation.workshop import REGRESSION, SAMPLINGS, Workshop
from archviz.training.metric_network import LIGHTING_CLASSES
from archviz.training.pairs import Kind, PairStore
from archviz.training.scenes import read_scene

__all__ = ["HeldOutView", "Picture", "spread_views"]

Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class HeldOutView:
    """One held-out view; maps and pictures are made when they are first asked for.

    Parameters
    ----------
    workshop
        Makes the pictures.
    store
        The held-out views.
    view
        Row of the store.
    """

    workshop: Workshop
    store: PairStore
    view: int

    @cached_property
    def pair(self) -> dict[str, Any]:
        """What ``record.json`` says."""
        return self.store.record(self.view)

    @property
    def name(self) -> str:
        """Seed and view."""
        return self.store.folder(self.view).name

    @property
    def edition(self) -> str:
        """Seed, view, and how its truth was traced and mixed: what was measured against another truth is no more."""
        versions = (self.pair.get(f"{step}_version", 1) for step in ("traced", "mix"))
        return ".".join([self.name, *map(str, versions)])

    @property
    def scene(self) -> int:
        """Number of its scene."""
        return int(self.pair["seed"])

    def lighting_class(self, mix: int) -> str:
        """What a person calls the light of a mix."""
        return LIGHTING_CLASSES[self.pair["mixes"][mix]["lighting"]]

    @property
    def lights(self) -> range:
        """The mixes: the first two in the sun, the last two not."""
        return range(len(self.pair["mixes"]))

    @cached_property
    def read(self) -> tuple[Scene, dict[str, Any]]:
        """The scene and its record."""
        return read_scene(self.workshop.cache / "scenes" / f"{self.scene:06d}")

    @property
    def record(self) -> dict[str, Any]:
        """The scene's record."""
        return self.read[1]

    @cached_property
    def camera(self) -> Camera:
        """The view's."""
        return Camera.from_json(self.record["cameras"][self.pair["view"]]["camera"])

    @cached_property
    def lit(self) -> LitView:
        """The scene as it is seen, ready to be lit."""
        return LitView(*self.read, self.camera)

    @property
    def gbuffer(self) -> GBuffer:
        """The view's maps."""
        return self.lit.gbuffer

    @cached_property
    def wireframe(self) -> Wireframe:
        """Its lines."""
        return trace_wireframe(self.gbuffer)

    @cached_property
    def drawn_mixes(self) -> list[Mix]:
        """The lights themselves."""
        return pair_mixes(self.record, self.pair["view"])

    def light(self, mix: int) -> LightBuffer:
        """What the light of a mix does to the view."""
        return self.lit.light(self.drawn_mixes[mix])

    def channel(self, name: str, mix: int, *, kind: Kind = "complete") -> NDArray[np.float32]:
        """(H, W) one channel of the view's control stack."""
        return np.asarray(self.store.stack(self.view, mix, kind=kind)[CHANNELS.index(name)])

    @cached_property
    def own(self) -> NDArray[np.bool_]:
        """(H, W) building and openings."""
        first = self.lights[0]
        return (self.channel("is_building", first) + self.channel("is_opening", first)) > 0.5

    def request(
        self, mix: int, *, steps: int = 4, strength: float = 0.5, seed: int | None = None, kind: Kind = "complete"
    ) -> DiffusionRequest:
        """What the engine is asked for; of bare building maps, the surroundings are left to it.

        Parameters
        ----------
        seed
            Of the noise; the view's row where it is not given.
        """
        stack = self.store.stack(self.view, mix, kind=kind)
        deferred = ColorMap(np.ascontiguousarray((deferred_colour(stack).transpose(1, 2, 0) + 1) / 2))
        if kind == "building":
            stack = drop_groups(stack, {"surroundings"})
        prompt = caption(self.pair, mix, derive_generator(self.view, "evaluate"))
        noise = self.view if seed is None else seed
        wanted = ask(self.workshop.spec, prompt=prompt, stack=stack, deferred=deferred, seed=noise, steps=steps)
        return replace(wanted, strength=strength)

    def picture(self, column: str, mix: int) -> Picture:
        """The picture of a column under one light."""
        if column == "truth":
            return np.array(self.store.pictures(self.view)[mix])
        if column == "deferred colour":
            return self.deferred(mix)
        if column == REGRESSION:
            asked = self.request(mix, steps=1, strength=1.0)
            return self.kept(
                f"regression-{mix}",
                lambda: self.smoothed(self.workshop.regression.generate(asked)),
                maker=self.workshop.regression_weights,
            )
        steps, strength = SAMPLINGS[column]
        wanted = self.request(mix, steps=steps, strength=strength)
        return self.kept(f"mini-{steps}-{strength:g}-{mix}", lambda: self.painted(wanted))

    def painted(self, wanted: DiffusionRequest, lit: LitView | None = None) -> Picture:
        """The engine's picture of complete maps, its outlines smoothed as the renderer smooths them.

        Parameters
        ----------
        lit
            The version of the view that the maps are of; its own where it is not given.
        """
        return self.smoothed(self.workshop.engine.generate(wanted), lit)

    def smoothed(self, picture: Picture, lit: LitView | None = None) -> Picture:
        """An engine's picture with its outlines smoothed; of the view itself where no version of it is given."""
        return (lit or self.lit).coverage.smooth(picture)

    def deferred(self, mix: int, *, kind: Kind = "complete") -> Picture:
        """The deferred colour under one light."""
        stack = self.store.stack(self.view, mix, kind=kind)
        return to_bytes((deferred_colour(stack).transpose(1, 2, 0) + 1) / 2)

    def clay(self, lit: LitView, mix: int) -> Picture:
        """The lit clay picture of a version of the view, as the engine `clay` makes it."""
        passes = engine_specs()["clay"].sampling.steps
        threads = self.workshop.threads
        return to_bytes(lit.clay(self.drawn_mixes[mix], passes=passes, seed=self.view, threads=threads).array)

    def kept(self, name: str, make: Callable[[], Picture], *, maker: str | None = None) -> Picture:
        """A picture that was made by the same maker before, or is made now.

        Parameters
        ----------
        name
            Of the picture, within the view.
        make
            Makes it.
        maker
            Whose it is; these weights' where it is not given.
        """
        from PIL import Image

        folder = self.workshop.cache / "evaluation" / "pictures" / (maker or self.workshop.weights)
        path = folder / self.edition / f"{name}.png"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.{os.getpid()}")
            Image.fromarray(make()).save(beside, format="PNG", compress_level=1)
            beside.replace(path)
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))


def spread_views(store: PairStore, count: int) -> list[int]:
    """Rows of so many views: the first of every scene before the second of any, all where there are fewer."""
    order = sorted(range(len(store)), key=lambda v: (int(store.record(v)["view"]), int(store.record(v)["seed"])))
    return sorted(order[:count])
