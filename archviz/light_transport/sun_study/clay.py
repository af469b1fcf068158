"""White clay under the sun: what a shadow study shows, and the heat map of sun hours over it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Part
from archviz.core.place import SunDirection
from archviz.core.tone import linear_to_srgb, srgb_to_linear
from archviz.geometry.raycast import RayCaster
from archviz.light_transport.occlusion import surface_occlusion
from archviz.light_transport.sun_study.hours import sees_sun, surface_hours
from archviz.light_transport.sun_study.seen import Seen
from archviz.light_transport.surface import GLASS_TRANSMISSION
from archviz.lighting.sun_track import SunTrack

__all__ = ["HEAT_COLORS", "Clay", "heat_color"]

Array = NDArray[np.float32]
Picture = NDArray[np.uint8]

# Linear reflectances: the building stands out from the ground, and panes from walls.
_CLAY = (0.92, 0.91, 0.89)
_GROUND = (0.74, 0.74, 0.73)
_PANE = (0.42, 0.47, 0.52)
_BACKDROP = np.array([0.80, 0.84, 0.88], dtype=np.float32)
_LINE = np.array([0.10, 0.11, 0.13], dtype=np.float32)
# Shares of the light, so that a lit white wall is near white and its shadow a middle grey. Of the
# sun's share a part does not fall with the angle: a low sun's shadows must be read as well.
_SKY_LIGHT = np.array([0.30, 0.33, 0.37], dtype=np.float32)
_SUN_LIGHT = np.array([0.70, 0.67, 0.62], dtype=np.float32)
_FLAT_SHARE = 0.45
_LINE_STRENGTH = 0.55

HEAT_COLORS = ((44, 58, 116), (70, 122, 176), (140, 194, 190), (236, 232, 176), (250, 202, 104), (238, 146, 66))
"""sRGB colours from no sun to the most."""


def heat_color(share: NDArray[np.floating]) -> Array:
    """(..., 3) float32 sRGB in [0, 1] of shares from 0, no sun, to 1, the most."""
    stops = np.linspace(0, 1, len(HEAT_COLORS))
    levels = np.array(HEAT_COLORS, dtype=np.float32) / 255
    return np.stack([np.interp(share, stops, levels[:, c]) for c in range(3)], axis=-1).astype(np.float32)


@dataclass(frozen=True, eq=False, kw_only=True)
class Clay:
    """A scene in white clay, seen from one side.

    Parameters
    ----------
    caster
        The scene.
    seen
        What is looked at, with ``finer`` times the picture's pixels a side.
    finer
        Pixels a side that make one of the picture.
    openness
        (H, W) share of the sky that each pixel sees.
    """

    caster: RayCaster
    seen: Seen
    finer: int
    openness: Array

    @classmethod
    def of(cls, caster: RayCaster, seen: Seen, *, finer: int) -> Clay:
        """Clay with its ambient occlusion traced."""
        return cls(caster=caster, seen=seen, finer=finer, openness=surface_occlusion(caster, seen.surface).array)

    def picture(self, sun: SunDirection) -> Picture:
        """(h, w, 3) uint8 sRGB under a sun in the scene's axes."""
        slant = np.clip(self.seen.surface.normals @ sun.vector.astype(np.float32), 0.0, 1.0)
        sunlight = self._sunlit(sun) * (_FLAT_SHARE + (1 - _FLAT_SHARE) * slant)
        light = self.openness[..., None] * _SKY_LIGHT + sunlight[..., None] * _SUN_LIGHT
        return self._finish(np.where(self.seen.surface.hit[..., None], self._reflectance * light, _BACKDROP))

    def heat(self, track: SunTrack, most_h: float) -> tuple[Picture, Array]:
        """The heat map of a day, and its numbers.

        Parameters
        ----------
        track
            The day's sun in the scene's axes.
        most_h
            Hours that the last colour stands for.

        Returns
        -------
        picture, hours
            (h, w, 3) uint8 sRGB, and (h, w) float32 hours of direct sun, nan in the sky.
        """
        coarse = self.seen.surface.picked(np.s_[:: self.finer, :: self.finer])
        hours = surface_hours(self.caster, coarse, track)
        share = np.nan_to_num(hours / max(most_h, 1e-6))
        colors = heat_color(share.repeat(self.finer, 0).repeat(self.finer, 1))
        # A little shade keeps the building's shape under the colours.
        shade = (0.72 + 0.28 * self.openness)[..., None]
        hit = self.seen.surface.hit[..., None]
        return self._finish(np.where(hit, srgb_to_linear(colors * shade), _BACKDROP)), hours

    def _sunlit(self, sun: SunDirection) -> NDArray[np.bool_]:
        """(H, W) what sees the sun: one ray for each pixel of the picture, more where it borders on another."""
        import cv2

        surface, step = self.seen.surface, np.s_[:: self.finer, :: self.finer]
        coarse = surface.picked(step)
        lit = np.zeros(coarse.hit.shape, dtype=bool)
        lit[coarse.hit] = sees_sun(self.caster, coarse.origins_m(coarse.hit), coarse.normals[coarse.hit], sun)
        around = np.ones((3, 3), dtype=np.uint8)
        near_lit = cv2.dilate(lit.astype(np.uint8), around)
        near_dark = cv2.dilate((~lit).astype(np.uint8), around)
        fine = ((near_lit & near_dark) > 0).repeat(self.finer, 0).repeat(self.finer, 1) & surface.hit
        lit = lit.repeat(self.finer, 0).repeat(self.finer, 1)
        lit[fine] = sees_sun(self.caster, surface.origins_m(fine), surface.normals[fine], sun)
        return lit

    @functools.cached_property
    def _reflectance(self) -> Array:
        """(H, W, 3) linear, by what each pixel belongs to."""
        table = self.caster.scene.table
        parts = table.element_parts()
        glass = table.material_values("transmission")[table.element_materials()] > GLASS_TRANSMISSION
        colors = np.full((len(parts) + 1, 3), _CLAY, dtype=np.float32)
        colors[:-1][parts == int(Part.GROUND)] = _GROUND
        colors[:-1][glass] = _PANE
        return colors[self.seen.elements]

    def _finish(self, linear: Array) -> Picture:
        """Draw the lines, bring to the picture's size, and to what a screen shows."""
        ink = _LINE_STRENGTH * self.seen.lines[..., None]
        drawn = linear * (1 - ink) + _LINE * ink
        height, width = (side // self.finer for side in drawn.shape[:2])
        picture = drawn.reshape(height, self.finer, width, self.finer, 3).mean(axis=(1, 3))
        return np.asarray(linear_to_srgb(picture) * 255 + 0.5).astype(np.uint8)
