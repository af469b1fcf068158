"""``archviz sun``: where the sun stands, and with a model a sun study."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from archviz.cli.console import Console
from archviz.cli.values import classes_from, parse_date, parse_north, parse_when, place_from
from archviz.core.errors import OptionError
from archviz.core.place import Place
from archviz.core.size import Size
from archviz.render.request import DEFAULT_ENVIRONMENT, DEFAULT_SIZE, RenderRequest

if TYPE_CHECKING:
    from PIL import Image

    from archviz.geometry import LoadedModel
    from archviz.light_transport.sun_study import ElementSun, SunStudy

__all__ = ["run_sun"]

_DEFAULT_VIEW = "aerial"
_STUDY_ONLY = ("output", "date", "north", "view", "size", "unit", "up", "hide", "show", "classes")
_SAID = {"classes": "class"}


def run_sun(options: argparse.Namespace, console: Console) -> None:
    """``archviz sun``."""
    if options.input:
        _study(options, console)
        return
    for name in _STUDY_ONLY:
        if getattr(options, name):
            raise OptionError(
                f"{_SAID.get(name, name)} {getattr(options, name)!r} belongs to a sun study; give a 3D model as INPUT"
            )
    _position(options, console)


def _position(options: argparse.Namespace, console: Console) -> None:
    from archviz.lighting.solar import aware_time, solar_position

    place = place_from(options)
    if place is None or not options.when:
        raise OptionError("sun needs a place and a moment; give --place LAT,LON or --city NAME, and --when ISO8601")
    when = aware_time(place, parse_when(options.when))
    sun = solar_position(place, when)
    data = {
        "altitude_deg": round(sun.altitude_deg, 4),
        "azimuth_deg": round(sun.azimuth_deg, 4),
        **_day(place, when),
    }
    console.result(data, [f"{key}: {'none' if value is None else value}" for key, value in data.items()])


def _day(place: Place, when: datetime) -> dict[str, str | None]:
    """Sunrise, solar noon and sunset of a day on the clock of a moment."""
    from archviz.lighting.solar import sun_day

    day = sun_day(place, when.date())
    times = {"sunrise": day.sunrise, "solar_noon": day.solar_noon, "sunset": day.sunset}
    return {
        name: moment.astimezone(when.tzinfo).isoformat(timespec="seconds") if moment is not None else None
        for name, moment in times.items()
    }


def _study(options: argparse.Namespace, console: Console) -> None:
    from archviz.light_transport.sun_study import table_csv
    from archviz.lighting.solar import time_zone
    from archviz.render.recipe import write_whole

    if options.when:
        raise OptionError(f"when {options.when!r} has no meaning for a sun study, which is of a whole day; give --date")
    if not options.output or not options.date:
        raise OptionError(f"a sun study of {options.input} needs a folder and a day; give -o DIR and --date YYYY-MM-DD")
    folder = Path(options.output)
    study, assumptions, warnings = _prepare(options)
    for kind, texts in (("assumed", assumptions), ("warning", warnings)):
        for text in texts:
            console.progress(f"{kind}: {text}")
    written: list[str] = []

    def write(name: str, content: Callable[[BinaryIO], object]) -> None:
        write_whole(folder / name, content)
        written.append(name)
        console.progress(name)

    def write_pictures(pictures: Iterable[tuple[str, Image.Image]]) -> None:
        for name, picture in pictures:
            write(f"{name}.png", partial(picture.save, format="PNG"))

    path = study.path()
    write("sun-path.svg", lambda file: file.write(path.svg().encode("utf-8")))
    write_pictures([("sun-path", path.image())])
    write_pictures(study.shadows())
    write_pictures(study.heat_maps())
    table = study.table()
    write("hours.csv", lambda file: file.write(table_csv(table).encode("utf-8")))
    noon = datetime(study.day.year, study.day.month, study.day.day, 12, tzinfo=time_zone(study.place))
    data: dict[str, Any] = {
        "folder": str(folder),
        "place": {"latitude_deg": study.place.latitude_deg, "longitude_deg": study.place.longitude_deg},
        "date": study.day.isoformat(),
        "north_deg": study.north_deg,
        **_day(study.place, noon),
        "day_length_h": round(study.day_length_h, 3),
        **_figures(table),
        "written": written,
        "assumptions": assumptions,
        "warnings": warnings,
    }
    lines = [f"{folder}: {len(written)} files, {len(table)} rows of hours"]
    lines += [
        f"{row['orientation']:<9} {row['area_m2']:>9.1f} m2, {row['hours_mean']:.1f} h of direct sun on average"
        for row in data["orientations"]
    ]
    console.result(data, lines)


def _prepare(options: argparse.Namespace) -> tuple[SunStudy, list[str], list[str]]:
    """The study, what was assumed for it, and what to look out for."""
    from archviz.geometry.views import view_camera
    from archviz.light_transport.sun_study import SunStudy
    from archviz.render.inputs import read_source
    from archviz.render.stage import build_site

    place, day = place_from(options), parse_date(options.date)
    north_deg = parse_north(options.north) if options.north is not None else None
    size = Size.parse(options.size) if options.size else DEFAULT_SIZE
    request = RenderRequest(
        input=Path(options.input),
        unit=options.unit,
        up=options.up,
        hide=options.hide,
        show=options.show,
        classes=classes_from(options),
    )
    model = read_source(request).model
    if model is None:
        raise OptionError(f"{options.input}: a sun study needs a 3D model; a drawing has no heights")
    assumptions = list(model.assumptions)
    place = _place(place, model, assumptions)
    if north_deg is None and model.north_deg:
        assumptions.append(f"north at {model.north_deg:g} degrees as the file says")
    if place.time_zone is None:
        assumptions.append(
            "no time zone given: the clock is the whole-hour zone of the longitude; a city brings its own"
        )
    assumptions.append("level ground, and no neighbours but those of the model")
    # The surroundings of pictures are invented; a study may count on nothing that is not there.
    site = build_site(model.scene, DEFAULT_ENVIRONMENT, "none", seed=0)
    study = SunStudy(
        building=model.scene,
        surroundings=site.surroundings,
        place=place,
        day=day,
        north_deg=model.north_deg if north_deg is None else north_deg,
        camera=view_camera(model.scene, options.view or _DEFAULT_VIEW, size),
    )
    return study, assumptions, list(model.warnings)


def _place(given: Place | None, model: LoadedModel, assumptions: list[str]) -> Place:
    if given is not None:
        return given
    if model.place is None:
        raise OptionError("a sun study needs a place; give --city NAME or --place LAT,LON, for example 10.82,106.63")
    assumptions.append(f"place {model.place.latitude_deg:.4f},{model.place.longitude_deg:.4f} as the file says")
    return model.place


def _figures(table: tuple[ElementSun, ...]) -> dict[str, Any]:
    """The table's main figures: the open ground, and the building by the way it faces."""
    from archviz.light_transport.sun_study import OPEN_GROUND, ORIENTATIONS

    ground = [row for row in table if row.element == OPEN_GROUND]
    built = [row for row in table if row.class_name != "ground"]
    faces = [[row for row in built if row.orientation == orientation] for orientation in ORIENTATIONS]
    return {
        "ground": _sum_up(ground) if ground else None,
        "orientations": [{"orientation": rows[0].orientation, **_sum_up(rows)} for rows in faces if rows],
    }


def _sum_up(rows: list[ElementSun]) -> dict[str, float]:
    area = sum(row.area_m2 for row in rows)
    return {
        "area_m2": round(area, 2),
        "hours_mean": round(sum(row.mean_h * row.area_m2 for row in rows) / area, 3),
        "hours_min": round(min(row.least_h for row in rows), 3),
        "hours_max": round(max(row.most_h for row in rows), 3),
    }
