"""From what a file holds to a scene: names, roles, unit, axis, place of the origin, checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from archviz.core.elements import ElementClass, Part, check_class
from archviz.core.errors import FileFormatError, GeometryError, OptionError
from archviz.core.material import Material
from archviz.core.place import Place
from archviz.geometry.loaders.conventions import (
    bounds_of,
    building_rows,
    guess_unit,
    guess_up,
    to_z_up,
    unit_metres,
    unit_name,
)
from archviz.geometry.loaders.hiding import Hidden, check_patterns, is_wanted, why_undrawn
from archviz.geometry.loaders.placing import Measures, are_finite, by_owner, measure, scene_vertices
from archviz.geometry.loaders.raw import Axis, RawModel, RawPart, check_triangles
from archviz.geometry.loaders.surfaces import element_table
from archviz.geometry.scene import Scene

__all__ = ["Assembled", "LoadOptions", "assemble"]

# Coordinates farther out than this are a survey's, not a drawing's.
_FAR_M = 1000.0
_ODD_HEIGHT_M = (1.0, 1000.0)
# Steps between neighbouring numbers of 32 bits, from which on what is drawn is not what was drawn once.
_COARSE_M = 0.005
# Parts as far from each other as this stand in different towns.
_STRAY_M = 20_000.0


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What the user says about a file.

    Parameters
    ----------
    unit, up
        Overrule what the file says or what would be guessed.
    hide, show
        Patterns of names, classes and layers, as in a shell: what not to draw, and what to draw though it
        is hidden by ``hide`` or by itself.
    classes
        (pattern, class) of what the file or its names get wrong; the last one that fits counts.
    """

    unit: str | None = None
    up: Axis | None = None
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    classes: tuple[tuple[str, ElementClass], ...] = ()

    def __post_init__(self) -> None:
        if self.unit is not None:
            unit_metres(self.unit)
        if self.up not in (None, "y", "z"):
            raise OptionError(f"up axis {self.up!r} is not accepted; choose y or z")
        for pattern, value in self.classes:
            check_class(pattern, value)


@dataclass(frozen=True, eq=False, kw_only=True)
class Assembled:
    """A scene and what was understood, assumed and left out on the way."""

    scene: Scene
    unit: str
    up_axis: Axis
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    hidden: tuple[Hidden, ...]
    place: Place | None
    north_deg: float


def assemble(raw: RawModel, options: LoadOptions, *, usual_up: Axis | None) -> Assembled:
    """Settle names, roles, unit and axis, and put the building's base on the origin.

    Parameters
    ----------
    raw
        The file's content.
    options
        What the user says.
    usual_up
        The format's usual up axis where it leaves it open.

    Raises
    ------
    FileFormatError
        A coordinate is not finite, or there are too many triangles.
    GeometryError
        There is nothing to draw.
    OptionError
        A pattern of ``hide``, ``show`` or ``classes`` matches nothing.
    """
    parts = [p for p in raw.parts if len(p.faces)]
    if not parts:
        raise GeometryError("the model holds no triangles; export it with meshes")
    check_triangles(sum(len(p.faces) for p in parts))
    parts = by_owner(parts)
    if not are_finite(parts):
        raise FileFormatError(
            "a coordinate is not a finite number (NaN or infinity); repair the model and export again"
        )
    assumptions = list(raw.assumptions)
    warnings = list(dict.fromkeys(raw.warnings))
    parts, names, hidden = _selected(parts, raw, options, warnings)
    table, openings = element_table(parts, names, raw.materials)
    roles = [element.part for element in table.elements]
    up, parts = _settle_up(parts, raw, options, usual_up, assumptions)
    unit_m, parts = _settle_unit(parts, roles, raw, options, assumptions)
    measures = measure(parts)
    _check_extents(measures)
    textures = {k: t for k, t in raw.textures.items() if any(m.texture == k for m in table.materials)}
    own = building_rows(roles)
    warnings += [*_coarseness(parts, measures, unit_m), *_strays(parts, measures, names)]
    low, high = measures.low[own].min(axis=0), measures.high[own].max(axis=0)
    base = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    if np.abs(base).max() > _FAR_M:
        assumptions.append("moved to the origin from {:.1f}, {:.1f}, {:.1f} m".format(*base))
    if not _ODD_HEIGHT_M[0] <= (high - low)[2] <= _ODD_HEIGHT_M[1]:
        warnings.append(f"the building is {(high - low)[2]:.4g} m high; --unit tells another unit")
    arrays = scene_vertices(parts, base, textured=bool(textures))
    scene = Scene(
        vertices_m=arrays.vertices,
        faces=arrays.faces,
        face_elements=arrays.owners,
        table=table,
        uv=arrays.uv,
        textures=textures,
    )
    return Assembled(
        scene=scene,
        unit=unit_name(unit_m),
        up_axis=up,
        assumptions=(*assumptions, *openings),
        warnings=tuple(warnings),
        hidden=tuple({str(one): one for one in (*hidden, *raw.hidden)}.values()),
        place=raw.place,
        north_deg=raw.north_deg,
    )


def _selected(
    parts: Sequence[RawPart], raw: RawModel, options: LoadOptions, warnings: list[str]
) -> tuple[list[RawPart], list[str], list[Hidden]]:
    """Parts that are drawn, their names, and what is hidden with its reason."""
    names = _unique_names(parts, raw.materials)
    called = [(name, part.name, part.group) for name, part in zip(names, parts, strict=True)]
    beside = [text for item in raw.hidden for text in (item.name, item.group)]
    everything = [*names, *(part.name for part in parts), *(part.group for part in parts)]
    check_patterns(options.hide, everything)
    check_patterns(options.show, [*everything, *beside])
    check_patterns([pattern for pattern, _ in options.classes], [*everything, *beside])
    usual = [why_undrawn(part.name, part.group) for part in parts]
    if all(usual):
        # Nothing else is there: it is what is meant.
        usual = [""] * len(parts)
    reasons = []
    for texts, why in zip(called, usual, strict=True):
        if is_wanted(options.hide, *texts):
            why = Hidden("").why
        reasons.append("" if is_wanted(options.show, *texts) else why)
    if all(reasons):
        raise GeometryError("every element is hidden; show at least one")
    for pattern in options.show:
        drawn_anyway = [
            not why and not is_wanted(options.hide, *texts) and texts[1] not in raw.selected
            for texts, why in zip(called, usual, strict=True)
            if is_wanted([pattern], *texts)
        ]
        if drawn_anyway and all(drawn_anyway):
            warnings.append(f"{pattern!r} is drawn anyway; --hide '*' --show {pattern!r} draws it alone")
    hidden = [Hidden(n, why, p.group, show=n) for n, p, why in zip(names, parts, reasons, strict=True) if why]
    kept = [row for row, why in enumerate(reasons) if not why]
    drawn = [replace(parts[row], corrected=_corrected(options.classes, called[row])) for row in kept]
    return drawn, [names[row] for row in kept], hidden


def _corrected(classes: Sequence[tuple[str, ElementClass]], texts: Sequence[str]) -> ElementClass | None:
    """The class that the user gave what has these names."""
    return next((value for pattern, value in reversed(classes) if is_wanted([pattern], *texts)), None)


def _unique_names(parts: Sequence[RawPart], materials: Sequence[Material]) -> list[str]:
    """One name per part: its own, with its material where its owner has several."""
    shares = Counter(part.owner for part in parts)
    names: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for part in parts:
        name = part.name or "part"
        material = materials[part.material].name
        if shares[part.owner] > 1 and material:
            name = f"{name}.{material}"
        unique = name
        while unique in taken:
            counts[name] = counts.get(name, 1) + 1
            unique = f"{name}.{counts[name]}"
        taken.add(unique)
        names.append(unique)
    return names


def _settle_up(
    parts: list[RawPart], raw: RawModel, options: LoadOptions, usual: Axis | None, assumptions: list[str]
) -> tuple[Axis, list[RawPart]]:
    if options.up is not None:
        up = options.up
    elif raw.up is not None:
        up = raw.up
    else:
        up = guess_up(parts, usual=usual or "z")
        assumptions.append(f"up axis {up.upper()}, guessed from the building's shape; --up overrules")
    turn = to_z_up(np.eye(3), up).T
    return up, [part.moved(turn) for part in parts]


def _settle_unit(
    parts: list[RawPart], roles: Sequence[Part], raw: RawModel, options: LoadOptions, assumptions: list[str]
) -> tuple[float, list[RawPart]]:
    if options.unit is not None:
        metres = unit_metres(options.unit)
    elif raw.unit_m is not None:
        metres = raw.unit_m
    else:
        own = [parts[row] for row in building_rows(roles)]
        low, high = bounds_of(own)
        extents = high - low
        unit = guess_unit(own, extents)
        metres = unit_metres(unit)
        size = " x ".join(f"{e * metres:.4g}" for e in extents)
        assumptions.append(f"unit {unit}, guessed from the building's size ({size} m); --unit overrules")
    return metres, [part.moved(np.eye(3) * metres) for part in parts]


def _coarseness(parts: Sequence[RawPart], measures: Measures, unit_m: float) -> list[str]:
    """Warn where numbers of 32 bits far from the origin have lost what is small."""
    farthest = float(max(np.abs(measures.low).max(), np.abs(measures.high).max()))
    step = float(np.spacing(np.float32(farthest)))
    if step < _COARSE_M:
        return []
    # Scaled by the unit, a number of 32 bits is one no longer.
    units = (part.points / unit_m for part in parts)
    if any((u.astype(np.float32) - u).any() for u in units):
        return []
    return [
        f"coordinates up to {farthest / 1000:.0f} km from the origin are stored to the nearest {step:g} m; "
        "move the model to the origin and export again"
    ]


def _strays(parts: Sequence[RawPart], measures: Measures, names: Sequence[str]) -> list[str]:
    """Warn of a part that lies so far from most others that nothing else would be seen beside it."""
    centers = (measures.low + measures.high) / 2
    weights = np.array([len(part.faces) for part in parts])
    order = np.argsort(centers, axis=0)
    halves = [np.searchsorted(np.cumsum(weights[o]), weights.sum() / 2) for o in order.T]
    middle = np.array(
        [centers[o[min(h, len(o) - 1)], axis] for axis, (o, h) in enumerate(zip(order.T, halves, strict=True))]
    )
    away = np.linalg.norm(centers - middle, axis=1)
    row = int(np.argmax(away))
    if away[row] < _STRAY_M:
        return []
    return [f"{names[row]!r} lies {away[row] / 1000:.0f} km from the rest; --hide {names[row]!r} leaves it out"]


def _check_extents(measures: Measures) -> None:
    with np.errstate(invalid="ignore"):
        extents = measures.high.max(axis=0) - measures.low.min(axis=0)
    if not np.isfinite(extents).all() or extents.max() > 1e7:
        raise FileFormatError(f"the model is {extents.max():.3g} m long; give --unit or repair it")
    if (extents > 1e-9).sum() < 2:
        raise GeometryError("the model has no extent along two axes: a point or a line; export it with meshes")
    if not measures.area.sum() > 1e-12 * extents.max() ** 2:
        raise GeometryError("all triangles of the model have no area; export it with meshes")
