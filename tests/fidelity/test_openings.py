"""Openings by name: taken out of the geometry, moved along their wall, and everything that may not be judged."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from archviz.core.camera import Camera
from archviz.core.openings import Opening
from archviz.core.size import Size
from archviz.fidelity.judged_view import JudgedView
from archviz.fidelity.opening_features import FEATURES, measure_openings
from archviz.fidelity.openings import Openings, judge_openings, opening_model
from archviz.fidelity.shown import Shown
from archviz.geometry.gbuffer import rasterize
from archviz.geometry.openings import label_openings
from archviz.geometry.raycast import RayCaster
from archviz.geometry.scene import Scene
from tests.fidelity.scenes import clear_sky, house, light_of, picture_of, shifted

SIZE = Size(288, 384)
FRONT = Camera(position_m=(-4.0, -17.0, 3.0), target_m=(0.0, 0.0, 3.0), focal_mm=28.0, shift=(0.0, 0.05), size=SIZE)
SEEDS = (2, 5)
GRAIN = 0.06


class _House:
    """A house, its view and what the model expects of it."""

    def __init__(self, seed: int) -> None:
        self.scene = house(seed)
        self.openings, self.labels = label_openings(self.scene)
        caster = RayCaster(self.scene)
        self.gbuffer = rasterize(self.scene, FRONT, caster=caster)
        self.light = light_of(caster, self.gbuffer, clear_sky())

    def picture(self, scene: Scene | None = None) -> NDArray[np.uint8]:
        return picture_of(scene or self.scene, FRONT, clear_sky(), grain=GRAIN, seed=3)

    def judge(self, picture: NDArray[np.uint8], openings: tuple[Opening, ...] | None = None) -> Openings:
        return judge_openings(
            picture,
            self.gbuffer,
            self.openings if openings is None else openings,
            illumination=self.light.illumination,
            reference=self.light.deferred.array,
        )

    def without(self, rows: list[int], slide_m: float | None = None) -> Scene:
        """Without some windows, or with them moved to the right; the wall behind is whole."""
        own = np.isin(self.labels, rows)
        if slide_m is None:
            return replace(self.scene, faces=self.scene.faces[~own], face_elements=self.scene.face_elements[~own])
        vertices = self.scene.vertices_m.copy()
        vertices[np.unique(self.scene.faces[own])] += np.array([slide_m, 0, 0], np.float32)
        return replace(self.scene, vertices_m=vertices)


@lru_cache(maxsize=4)
def built(seed: int) -> _House:
    return _House(seed)


def judged_rows(own: _House) -> list[int]:
    said = own.judge(own.picture()).judged
    return [row for row, opening in enumerate(said) if opening.probability is not None]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_intact_are_found_and_those_taken_out_of_the_geometry_are_named(seed: int) -> None:
    own = built(seed)
    rows = judged_rows(own)
    assert len(rows) >= 4
    truth = own.judge(own.picture())
    assert truth.missing == () and truth.score is not None and truth.score > 0.9
    assert truth.shift_px is not None and truth.shift_px < 1.0
    gone = rows[::2]
    said = own.judge(own.picture(own.without(gone)))
    assert set(said.missing) == {own.openings[row].name for row in gone}


def test_a_window_half_a_bay_beside_its_place_is_missing_at_its_place() -> None:
    own = built(SEEDS[0])
    rows = judged_rows(own)
    place = own.openings[rows[0]]
    bay = min(
        np.linalg.norm(o.corners_m[0] - place.corners_m[0])
        for o in own.openings
        if o is not place and abs(o.corners_m[0, 2] - place.corners_m[0, 2]) < 0.1
    )
    said = own.judge(own.picture(own.without(rows[:1], slide_m=float(bay) / 2)))
    assert place.name in said.missing


@pytest.mark.parametrize("seed", SEEDS)
def test_noise_and_another_scene_score_nothing(seed: int) -> None:
    own, other = built(seed), built(SEEDS[1 - SEEDS.index(seed)])
    noise = np.random.default_rng(1).integers(0, 256, (*SIZE.shape, 3), dtype=np.uint8)
    for picture in (noise, other.picture()):
        score = own.judge(picture).score
        assert score is not None and score <= 0.05


def test_a_shift_of_three_pixels_is_told_from_none() -> None:
    own = built(SEEDS[0])
    picture = own.picture()
    still, moved = own.judge(picture).shift_px, own.judge(shifted(picture, 3)).shift_px
    assert still is not None and moved is not None
    assert still < 1.0 and moved == pytest.approx(3.0, abs=0.7)


def test_a_bright_curtain_behind_glass_is_no_missing_window() -> None:
    own = built(SEEDS[0])
    rows = judged_rows(own)
    picture = own.picture()
    window = np.isin(own.gbuffer.elements.array, own.openings[rows[0]].elements)
    dark = window & (picture.mean(-1) < 90)
    assert dark.sum() > 50
    picture[dark] = 255 - picture[dark] // 4
    said = {o.name: o for o in own.judge(picture).judged}
    assert said[own.openings[rows[0]].name].status != "missing"
    view = JudgedView.of(own.gbuffer, own.openings)
    reference = Shown(own.light.deferred.array, view.wireframe)
    lit = measure_openings(Shown(picture, view.wireframe, reference=reference), view.openings, reference)[rows[0]]
    assert lit is not None
    told = dict(zip(FEATURES, lit.own, strict=True))
    assert told["inverse"] > 0.4 and told["match"] == told["strength"] == 0.0
    assert told["whole"] == pytest.approx(told["sides"] * min(told["contrast"], 1.0))


def test_small_hidden_and_dark_openings_are_never_missing() -> None:
    own = built(SEEDS[0])
    grey = np.full((*SIZE.shape, 3), 128, np.uint8)
    dim = replace(own.light.illumination, zenith_radiance=(0.001,) * 3, horizon_radiance=(0.002,) * 3)
    night = judge_openings(grey, own.gbuffer, own.openings, illumination=dim)
    assert night.missing == () and night.score is None and "night" in str(night.reason)
    fog = replace(own.light.illumination, haze_per_m=0.5)
    assert judge_openings(grey, own.gbuffer, own.openings, illumination=fog).count("not judged") >= 4
    far = replace(FRONT, position_m=(-40.0, -170.0, 3.0))
    small = judge_openings(grey, rasterize(own.scene, far), own.openings)
    assert small.missing == () and small.count("too small") >= 4
    behind = replace(FRONT, position_m=(0.0, 25.0, 3.0))
    hidden = judge_openings(grey, rasterize(own.scene, behind), own.openings)
    assert hidden.count("hidden") == len(own.openings) and hidden.score is None


def test_a_model_that_says_nothing_of_openings_is_unknown_and_not_all_found() -> None:
    own = built(SEEDS[0])
    said = own.judge(own.picture(), openings=())
    assert said.score is None and said.judged == () and "unknown" in str(said.reason)


def test_the_committed_model_is_whole() -> None:
    model = opening_model()
    assert model.weights.shape == (len(FEATURES),) and 0.0 < model.missing_below <= model.found_from < 1.0
    assert model.status(0.0) == "missing" and model.status(1.0) == "found"
