"""What the viewer is told on each run of the page: small, beside the geometry that it fetches once."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from archviz.core.camera import Camera
from archviz.core.errors import ArchvizError
from archviz.core.illumination import Illumination
from archviz.core.place import Place, SunDirection
from archviz.core.tone import luminance
from archviz.lighting import aware_time, solar_positions, sun_span
from archviz.render.materials import apply_materials
from archviz.render.request import RenderRequest, ResolvedRequest
from archviz.render.resolving import resolve_source
from archviz.ui.choices import OWN_VIEW
from archviz.ui.viewer.models import Model
from archviz.ui.viewer.packing import pack_palette
from archviz.ui.viewer.saved import SavedView

__all__ = ["day_track", "resolve_for_view", "viewer_payload"]

_STEP_MIN = 10
_SKY_LOBES = 3.14159  # irradiance of a sky of even radiance, per radiance


def resolve_for_view(model: Model, request: RenderRequest) -> ResolvedRequest:
    """A request with nothing open, as the renderer closes it; where it is refused, its camera in plain light.

    The page says elsewhere why a request is refused; the model stays on the screen meanwhile.
    """
    try:
        return resolve_source(request, model.source)
    except ArchvizError:
        plain = RenderRequest(
            input=request.input, view=request.view, camera=request.camera, size=request.size, unit=request.unit,
            up=request.up, hide=request.hide, show=request.show, classes=request.classes,
        )  # fmt: skip
        return resolve_source(plain, model.source)


def viewer_payload(
    model: Model,
    resolved: ResolvedRequest,
    *,
    hours: bool,
    saved: Sequence[SavedView],
    selected: str | None,
    texts: Mapping[str, str],
    view_names: Mapping[str, str],
) -> dict[str, Any]:
    """Camera, light, colours and names.

    Parameters
    ----------
    model, resolved
        What is looked at, and the picture that would be made of it.
    hours
        Whether the hour is the user's to change: the day's sun is then given.
    saved
        Views that the user kept.
    selected
        Name of the chosen element.
    texts, view_names
        Of the controls, and of the view presets, in the page's language.
    """
    assert resolved.camera is not None, "a model is seen by a camera"
    scene = model.scene.with_table(apply_materials(model.scene.table, resolved.materials))
    presets = model.presets(resolved.size)
    return {
        "palette": base64.b64encode(pack_palette(scene)).decode("ascii"),
        "view": {"camera": resolved.camera.to_json(), "id": resolved.view or OWN_VIEW},
        "presets": {view: camera.to_json() for view, camera in presets.items()},
        "preset_names": dict(view_names),
        "saved": [{"name": view.name, "camera": view.camera.resized(resolved.size).to_json()} for view in saved],
        "eye_m": _eye_height_m(model, presets["eye-level"]),
        "sun": _sun(resolved),
        "track": _track(resolved) if hours else None,
        "north_deg": resolved.north_deg,
        "selected": selected,
        "texts": dict(texts),
    }


def day_track(place: Place, when: datetime, north_deg: float) -> dict[str, Any] | None:
    """The sun of a day in the model's axes, by minutes of the clock that ``when`` is written in.

    Returns
    -------
    dict or None
        ``minutes``, ``altitudes``, ``azimuths`` [degrees] from sunrise to sunset, and ``now``; ``None`` where
        the sun does not rise.
    """
    moment = aware_time(place, when)
    span = sun_span(place, moment.date())
    if span is None:
        return None
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    first, last = (_minutes(end.astimezone(moment.tzinfo), midnight) for end in span)
    minutes = list(range(first - first % _STEP_MIN, last + _STEP_MIN, _STEP_MIN))
    minutes = [minute for minute in minutes if 0 <= minute < 24 * 60]
    now = _minutes(moment, midnight)
    suns = solar_positions(place, [_at(midnight, minute) for minute in minutes])
    turned: list[SunDirection] = [sun.turned(north_deg) for sun in suns]
    return {
        "minutes": minutes,
        "altitudes": [round(sun.altitude_deg, 3) for sun in turned],
        "azimuths": [round(sun.azimuth_deg, 3) for sun in turned],
        "now": now if minutes and minutes[0] <= now <= minutes[-1] else None,
    }


def _at(midnight: datetime, minute: int) -> datetime:
    # The clock's reading, not so many minutes after midnight: an hour may be left out that day.
    return midnight.replace(hour=minute // 60, minute=minute % 60)


def _minutes(moment: datetime, midnight: datetime) -> int:
    days = moment.date() - midnight.date()
    return moment.hour * 60 + moment.minute + days // timedelta(days=1) * 24 * 60


def _eye_height_m(model: Model, eye_level: Camera) -> float:
    """How high a walker's eye is over the ground: as in the preset, which makes it small for a maquette [m]."""
    return eye_level.position_m[2] - model.scene.building_bounds().low[2]


def _sun(resolved: ResolvedRequest) -> dict[str, Any]:
    light: Illumination = resolved.illumination
    sun = resolved.sun or light.sun or SunDirection(altitude_deg=45.0, azimuth_deg=180.0)
    direct, sky = map(float, luminance(np.array([light.sun_irradiance, light.zenith_radiance])))
    share = direct / max(direct + _SKY_LOBES * sky, 1e-9) if light.sun is not None else 0.0
    return {
        "altitude_deg": round(sun.altitude_deg, 3),
        "azimuth_deg": round(sun.azimuth_deg, 3),
        "share": round(share, 3),
        "with_view": resolved.sun is None,
    }


def _track(resolved: ResolvedRequest) -> dict[str, Any] | None:
    if resolved.place is None or resolved.when is None or resolved.sun is None:
        return None
    return day_track(resolved.place, resolved.when, resolved.north_deg)
