"""The analytic sky: how bright it is in each direction, and what it sheds on a plane."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archviz.core.illumination import Illumination, sky_weight

__all__ = ["SUN_RADIUS_DEG", "dome_radiance", "sky_irradiance", "sky_radiance"]

SUN_RADIUS_DEG = 0.266
# Forward scattering about the sun: two Henyey-Greenstein lobes (asymmetry, share), each 1 at its peak.
# The narrow one is the aureole, the wide one the brighter half of the sky.
GLOW_LOBES = ((0.90, 0.6), (0.55, 0.4))
# A disc is drawn this bright at most: far into the tone curve's white, and still averaged well.
_DISC_RADIANCE_LIMIT = 60.0
_TABLE_NODES = 257


def sky_radiance(
    directions: NDArray[np.floating], illumination: Illumination, *, disc: bool = True
) -> NDArray[np.float32]:
    """Radiance of the cloudless sky.

    Parameters
    ----------
    directions
        (..., 3) unit vectors away from the eye; below the horizon the sky has the horizon's colour.
    illumination
        The light.
    disc
        Whether the sun's or moon's disc is drawn.

    Returns
    -------
    ndarray
        (..., 3) float32 linear radiance.
    """
    d = np.asarray(directions, dtype=np.float32)
    horizon = np.array(illumination.horizon_radiance, dtype=np.float32)
    zenith = np.array(illumination.zenith_radiance, dtype=np.float32)
    radiance = horizon + (zenith - horizon) * sky_weight(d[..., 2])[..., None]
    if illumination.sun is None:
        return radiance
    cosine = d @ illumination.sun.vector.astype(np.float32)
    radiance += _glow(cosine)[..., None] * np.array(illumination.glow_radiance, dtype=np.float32)
    if disc and illumination.sun.altitude_deg > -SUN_RADIUS_DEG:
        radiance += _disc(cosine)[..., None] * _disc_radiance(illumination) * (d[..., 2:] > 0)
    return radiance


def sky_irradiance(
    normals: NDArray[np.floating],
    illumination: Illumination,
    *,
    ground_albedo: float | tuple[float, float, float] = 0.2,
) -> NDArray[np.float32]:
    """Unoccluded irradiance of sky and ground on planes; the sun's direct light is not in it.

    The ground is an endless diffuse plane, lit by the sky and the sun. The glow around the sun
    counts as sunlight and is left out.

    Parameters
    ----------
    normals
        (..., 3) unit normals.
    illumination
        The light.
    ground_albedo
        Reflectance of the ground, grey or linear RGB.

    Returns
    -------
    ndarray
        (..., 3) float32 irradiance.
    """
    up = np.clip(np.asarray(normals, dtype=np.float32)[..., 2], -1.0, 1.0)
    horizon = np.array(illumination.horizon_radiance)
    zenith = np.array(illumination.zenith_radiance)
    bounced = _ground_irradiance(illumination) * np.array(ground_albedo)
    # Half an isotropic dome seen from a plane tilted by acos(up) sheds pi (1 + up) / 2.
    open_sky = np.pi * (1 + up[..., None]) / 2 * horizon.astype(np.float32)
    lobe = zenith_lobe_irradiance(up)[..., None] * (zenith - horizon).astype(np.float32)
    return np.asarray(open_sky + lobe + (1 - up[..., None]) / 2 * bounced.astype(np.float32), dtype=np.float32)


def dome_radiance(
    directions: NDArray[np.floating],
    illumination: Illumination,
    *,
    ground_albedo: float | tuple[float, float, float] = 0.2,
) -> NDArray[np.float32]:
    """(..., 3) radiance whose irradiance :func:`sky_irradiance` is: a dome without glow over an endless ground."""
    up = np.asarray(directions, dtype=np.float32)[..., 2]
    horizon, zenith = (
        np.array(c, dtype=np.float32) for c in (illumination.horizon_radiance, illumination.zenith_radiance)
    )
    dome = horizon + sky_weight(np.clip(up, 0.0, 1.0)).astype(np.float32)[..., None] * (zenith - horizon)
    ground = _ground_irradiance(illumination) * np.array(ground_albedo) / np.pi
    return np.where(up[..., None] > 0, dome, ground.astype(np.float32))


def _ground_irradiance(illumination: Illumination) -> NDArray[np.float64]:
    """(3,) of an endless level plane, by sky and sun."""
    horizon, zenith = np.array(illumination.horizon_radiance), np.array(illumination.zenith_radiance)
    ground = horizon * np.pi + (zenith - horizon) * zenith_lobe_irradiance(np.ones(1))[0]
    if illumination.sun is not None:
        ground = ground + np.array(illumination.sun_irradiance) * max(0.0, float(illumination.sun.vector[2]))
    return np.asarray(ground)


def zenith_lobe_irradiance(up: NDArray[np.floating]) -> NDArray[np.float32]:
    """Irradiance of a sky of radiance :func:`sky_weight` on planes whose normal's vertical component is ``up``."""
    nodes, values = _zenith_table()
    return np.interp(up, nodes, values).astype(np.float32)


@lru_cache(maxsize=1)
def _zenith_table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes = np.cos(np.linspace(np.pi, 0.0, _TABLE_NODES))
    # z = u^2 takes the weight's infinite slope at the horizon away from the midpoint rule.
    count = 1024
    u = (np.arange(count) + 0.5) / count
    z = u * u
    step = 2 * u / count
    level = nodes[:, None] * z
    swing = np.sqrt(1 - nodes**2)[:, None] * np.sqrt(1 - z * z)
    # Integral over azimuth of max(0, level + swing cos(phi)), in closed form.
    edge = np.arccos(np.clip(-level / np.maximum(swing, 1e-12), -1.0, 1.0))
    around = 2 * (level * edge + swing * np.sin(edge))
    return nodes, (around * sky_weight(z) * step).sum(axis=1)


def _glow(cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    total = np.zeros_like(cosine)
    for g, share in GLOW_LOBES:
        total += np.float32(share) * ((1 - g) ** 2 / (1 + g * g - 2 * g * np.minimum(cosine, 1))) ** np.float32(1.5)
    return total


def _disc(cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    # Edges as soft as the disc is wide, so that a few pixels across it does not alias.
    angle = np.degrees(np.sqrt(np.maximum(2 * (1 - cosine), 0.0)))
    return np.clip(1.5 - angle / SUN_RADIUS_DEG, 0.0, 1.0).astype(np.float32)


def _disc_radiance(illumination: Illumination) -> NDArray[np.float32]:
    solid_angle = np.pi * np.radians(SUN_RADIUS_DEG) ** 2
    radiance = np.array(illumination.sun_irradiance) / solid_angle
    limit = _DISC_RADIANCE_LIMIT / illumination.exposure
    return (radiance * min(1.0, limit / max(float(radiance.max()), 1e-12))).astype(np.float32)
