"""What surroundings are asked for: closed words and numbers, nothing of a building or a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, get_args

from archviz.core.errors import OptionError

__all__ = [
    "Figures",
    "Ground",
    "Lamps",
    "Neighbours",
    "Planting",
    "Prop",
    "Relief",
    "Road",
    "Species",
    "SurroundingsSpec",
    "Water",
    "Zone",
]

Ground = Literal["grass", "meadow", "earth", "forest-floor", "paddy", "sand", "snow", "paving", "seamless"]
Relief = Literal["flat", "rolling", "hills", "slopes", "mountains", "dunes"]
Water = Literal["none", "paddies", "river", "lake", "sea", "pond"]
Road = Literal["none", "path", "lane", "street"]
Neighbours = Literal["none", "tube-houses", "old-town", "stilt-houses", "houses", "towers"]
Lamps = Literal["none", "garden", "street", "lanterns"]
Figures = Literal["none", "pedestrians", "farmers"]
Prop = Literal["benches", "cars", "hedges", "karst", "motorbikes", "poles", "rocks", "sampans"]
Species = Literal[
    "agave", "banana", "bamboo", "bare", "broadleaf", "cactus", "conifer", "palm", "pine", "shrub", "undergrowth"
]
Zone = Literal["near", "around", "far", "shore", "street"]

_MAX_DENSITY_PER_HA = 2000.0
_MAX_FIGURES = 24


@dataclass(frozen=True, kw_only=True)
class Planting:
    """One kind of plant in one zone.

    Parameters
    ----------
    species
        What grows.
    zone
        ``near``: the garden at the building's sides and back; ``around``: the land beyond it;
        ``far``: a tree line; ``shore``: along the water; ``street``: in rows on the pavement.
    density_per_ha
        Plants per hectare of that zone [1/10 000 m²]; counts are capped so that a scene stays light.
    scale
        Height relative to the species' common range.
    """

    species: Species
    zone: Zone
    density_per_ha: float
    scale: float = 1.0

    def __post_init__(self) -> None:
        _check_choice("plants", "species", self.species, Species)
        _check_choice("plants", "zone", self.zone, Zone)
        _check_range("plants", "density_per_ha", self.density_per_ha, 0.0, _MAX_DENSITY_PER_HA)
        _check_range("plants", "scale", self.scale, 0.25, 4.0)


@dataclass(frozen=True, kw_only=True)
class SurroundingsSpec:
    """An environment as numbers and closed words.

    Parameters
    ----------
    ground, relief, water, road, neighbours, lamps, figures
        Kinds; see the ``Literal`` of each name.
    relief_m
        Height of the terrain's relief away from the building [m].
    neighbour_share
        Share of the neighbouring plots that are built on, 0 to 1.
    figure_count
        People in the scene.
    props
        Things that stand about.
    plants
        What grows where.

    Raises
    ------
    OptionError
        A word is not in its list or a number is out of range.
    """

    ground: Ground
    relief: Relief = "flat"
    relief_m: float = 0.0
    water: Water = "none"
    road: Road = "none"
    neighbours: Neighbours = "none"
    neighbour_share: float = 1.0
    lamps: Lamps = "none"
    figures: Figures = "none"
    figure_count: int = 0
    props: tuple[Prop, ...] = ()
    plants: tuple[Planting, ...] = ()

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            _check_choice("surroundings", name, getattr(self, name), choices)
        for prop in self.props:
            _check_choice("surroundings", "props", prop, Prop)
        _check_range("surroundings", "relief_m", self.relief_m, 0.0, 2000.0)
        _check_range("surroundings", "neighbour_share", self.neighbour_share, 0.0, 1.0)
        _check_range("surroundings", "figure_count", self.figure_count, 0, _MAX_FIGURES)

    @classmethod
    def from_table(cls, table: Mapping[str, Any], *, source: str = "surroundings") -> SurroundingsSpec:
        """Read the ``surroundings`` table of an environment preset.

        Parameters
        ----------
        table
            Keys are this class's fields; ``plants`` is a list of tables with :class:`Planting`'s fields.
        source
            File and table, for messages.

        Raises
        ------
        OptionError
            A key is unknown or missing, or a value is not accepted; the message names the source.
        """
        _check_keys(table, cls, source)
        values = dict(table)
        plants = []
        try:
            for row in values.pop("plants", ()):
                _check_keys(row, Planting, f"{source}.plants")
                plants.append(Planting(**row))
            values["props"] = tuple(values.get("props", ()))
            return cls(**values, plants=tuple(plants))
        except OptionError as error:
            raise OptionError(error.message if error.message.startswith(source) else f"{source}: {error}") from error


_CHOICES: Mapping[str, Any] = {
    "ground": Ground,
    "relief": Relief,
    "water": Water,
    "road": Road,
    "neighbours": Neighbours,
    "lamps": Lamps,
    "figures": Figures,
}


def _check_keys(table: object, kind: type[Planting] | type[SurroundingsSpec], source: str) -> None:
    if not isinstance(table, Mapping):
        raise OptionError(f"{source}: {table!r} is not a table; give keys and values")
    known = [f.name for f in fields(kind)]
    if unknown := sorted(set(table) - set(known)):
        raise OptionError(f"{source}: unknown key {unknown[0]!r}; accepted: {', '.join(known)}")
    required = [f.name for f in fields(kind) if f.default is MISSING]
    if missing := [k for k in required if k not in table]:
        raise OptionError(f"{source}: key {missing[0]!r} is missing; accepted: {', '.join(known)}")


def _check_choice(table: str, key: str, value: object, choices: Any) -> None:
    if value not in get_args(choices):
        raise OptionError(f"{table} {key} {value!r} is not known; choose one of {', '.join(get_args(choices))}")


def _check_range(table: str, key: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise OptionError(f"{table} {key} {value!r} is out of range; give a number from {low:g} to {high:g}")
