"""What is judged: pictures of one scene, path-traced or diffused, with the maps that they are judged by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.control import control_stack
from archviz.core.camera import Camera
from archviz.core.gbuffer import GBuffer
from archviz.core.illumination import Illumination, LightBuffer
from archviz.core.maps import LightMap
from archviz.core.place import Place, SunDirection
from archviz.core.size import Size
from archviz.diffusion import Engine
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.raycast import RayCaster
from archviz.light_transport import ambient_occlusion, light, sun_visibility
from archviz.lighting.daylight import Weather, daylight
from archviz.render import RenderRequest
from archviz.render.asking import diffusion_request
from archviz.render.renderer import Renderer
from archviz.samples import sample_path
from archviz.training.asking import ask
from archviz.training.calibration.altered import CHANGES
from archviz.training.calibration.scenes import read_designed, read_traced
from archviz.training.mix import mix
from archviz.training.scenes import TrainingScene

__all__ = ["SAMPLES", "TURNS_DEG", "Subject", "designed_subject", "painter", "sample_suns"]

Picture = NDArray[np.uint8]
PaintFrom = Callable[[str, GBuffer, LightBuffer], Picture]

TURNS_DEG = tuple(range(0, 360, 45))
_SLIGHT_TURN_DEG = 30
SAMPLES = ("gable-house", "garden-villa", "pavilion", "school", "tower-massing", "tube-house")
_SAMPLE_SIZE = Size(height=288, width=384)
# A morning in Da Nang with the sun at 46 degrees; the model is turned under it.
_SAMPLE_PLACE = Place(latitude_deg=16.07, longitude_deg=108.22)
_SAMPLE_WHEN = datetime.fromisoformat("2026-03-21T09:00+07:00")


@dataclass(frozen=True, eq=False, kw_only=True)
class Subject:
    """One scene with pictures of it.

    Parameters
    ----------
    seed
        The scene's; damage to its pictures is drawn from it.
    gbuffer
        The view as designed.
    picture, reference
        The picture under the sun, and what shows which lines can be seen in it.
    other
        The same view under another light: drift is measured from it.
    shadowless
        The same view without direct sun.
    altered
        Change of the geometry -> picture of the changed scene.
    suns
        The light of the picture turned by degrees; 0 is its own.
    under_suns
        Degrees -> picture under that sun, where there is one.
    """

    seed: int
    gbuffer: GBuffer
    picture: Picture
    reference: Picture | NDArray[np.float32]
    other: Picture
    shadowless: Picture
    altered: dict[str, Picture]
    suns: dict[int, LightBuffer]
    under_suns: dict[int, Picture]


class _Lit:
    """A scene in its one view, lit as often as is asked."""

    def __init__(self, made: TrainingScene) -> None:
        self.record = made.record
        self.camera = Camera.from_json(made.record["cameras"][0]["camera"])
        self._caster = RayCaster(made.scene)
        self.gbuffer = rasterize(made.scene, self.camera, caster=self._caster)
        self._occlusion = ambient_occlusion(self._caster, self.gbuffer)

    @property
    def sun(self) -> SunDirection:
        return SunDirection(**self.record["suns"][0])

    def light(self, now: Illumination) -> LightBuffer:
        return light(self._caster, self.gbuffer, now, occlusion=self._occlusion)

    def turned(self, own: LightBuffer, sun: SunDirection) -> LightBuffer:
        """The mask of another sun alone, without the colours that no score reads."""
        visible = sun_visibility(self._caster, self.gbuffer, sun)
        facing = np.clip(self.gbuffer.normals.array @ sun.vector.astype(np.float32), 0.0, 1.0)
        return replace(
            own,
            illumination=replace(own.illumination, sun=sun),
            sun_visible=visible,
            sun_shading=LightMap((facing * visible.array).astype(np.float32)),
        )


def _clear(sun: SunDirection) -> Illumination:
    return replace(daylight(sun, Weather()), sun=sun)


def _sunless(now: Illumination) -> Illumination:
    """The sky alone, exposed so that it is as bright as sun and sky were."""
    return replace(now, sun=None, sun_irradiance=(0.0, 0.0, 0.0), exposure=2.5 * now.exposure)


def designed_subject(root: Path, seed: int, paint: PaintFrom | None) -> Subject | None:
    """A scene of the generator.

    Parameters
    ----------
    root
        Where the scenes are.
    paint
        Makes a picture from its name, view and light; the path tracer's pictures where not given.

    Returns
    -------
    Subject or None
        ``None`` where the scene was not traced.
    """
    made = read_designed(root, seed)
    if made is None:
        return None
    lit = _Lit(made)
    now = _clear(lit.sun)
    own = lit.light(now)
    changes = {change: changed for change in CHANGES if (changed := read_designed(root, seed, change)) is not None}
    turns = sorted({*TURNS_DEG, _SLIGHT_TURN_DEG} - {0})
    if paint is None:
        return _traced_subject(root, seed, lit, own, changes, turns)
    suns = {0: own}
    for turn in turns:
        sun = lit.sun.turned(turn)
        suns[turn] = lit.light(_clear(sun)) if turn in TURNS_DEG else lit.turned(own, sun)
    under = {turn: paint(f"sun {turn}", lit.gbuffer, suns[turn]) for turn in TURNS_DEG}
    altered: dict[str, Picture] = {}
    for change, changed in changes.items():
        version = _Lit(changed)
        altered[change] = paint(change, version.gbuffer, version.light(now))
    return Subject(
        seed=seed,
        gbuffer=lit.gbuffer,
        picture=under[0],
        reference=own.deferred.array,
        other=under[45],
        shadowless=paint("no sun", lit.gbuffer, lit.light(_sunless(now))),
        altered=altered,
        suns=suns,
        under_suns=under,
    )


def _traced_subject(
    root: Path, seed: int, lit: _Lit, own: LightBuffer, changes: dict[Any, TrainingScene], turns: list[int]
) -> Subject | None:
    traced = read_traced(root, seed)
    if traced is None:
        return None
    now, camera = own.illumination, lit.camera
    second = _clear(traced.suns[1])
    picture = mix(traced, now, camera, sun=0, seed=seed)
    versions = {change: view for change in changes if (view := read_traced(root, seed, change)) is not None}
    return Subject(
        seed=seed,
        gbuffer=lit.gbuffer,
        picture=picture,
        reference=picture,
        other=mix(traced, second, camera, sun=1, seed=seed),
        shadowless=mix(traced, _sunless(now), camera, sun=None, seed=seed),
        altered={str(change): mix(view, now, camera, sun=0, seed=seed) for change, view in versions.items()},
        suns={0: own} | {turn: lit.turned(own, lit.sun.turned(turn)) for turn in turns},
        under_suns={0: picture},
    )


def sample_suns(name: str, engine: Engine) -> Iterator[tuple[int, GBuffer, LightBuffer, Callable[[], Picture]]]:
    """A sample model under each sun: degrees, view, light, and how its picture is made."""
    renderer = Renderer(load=lambda *_, **__: engine)
    for turn in TURNS_DEG:
        request = RenderRequest(
            input=sample_path(name), environment="park", view="front-left", size=_SAMPLE_SIZE,
            place=_SAMPLE_PLACE, when=_SAMPLE_WHEN, north_deg=float(turn),
        )  # fmt: skip
        resolved = renderer.resolve(request)
        maps = renderer.maps(resolved)
        assert maps.gbuffer is not None and maps.light is not None  # a model has both
        wanted = diffusion_request(resolved, maps, maps.light.deferred)
        yield turn, maps.gbuffer, maps.light, partial(engine.generate, wanted)


def painter(engine: Engine, prompt: str, seed: int) -> PaintFrom:
    """How the embedded engine makes a picture of a view and a light."""

    def paint(_: str, gbuffer: GBuffer, lit: LightBuffer) -> Picture:
        stack = control_stack(gbuffer, lit, size=gbuffer.size)
        request = ask(engine.spec, prompt=prompt, stack=stack, deferred=lit.deferred, seed=seed)
        return engine.generate(request)

    return paint
