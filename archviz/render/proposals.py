"""What an element may be made of where its file does not say: proposed from its class, its name and its colour.

A proposal is words, never a change: a picture shows what the file holds until someone asks for more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import Element, ElementTable, Part
from archviz.core.material import Material, TextureFamily
from archviz.core.tone import linear_to_srgb
from archviz.geometry.naming import is_generic, words_of
from archviz.presets import (
    ColorWord,
    MaterialPreset,
    find_material_words,
    linear_color,
    material_words,
    materials,
)
from archviz.render.materials import named_material

__all__ = [
    "PROPOSED",
    "MaterialProposal",
    "in_colors",
    "propose_material",
    "propose_materials",
    "says_material",
    "uses_of",
]

# Texts that ask for the proposal itself: --material "*=proposed".
PROPOSED = ("proposed", "đề xuất")
# What an element is for, by words of its name or class; the first row that has one counts, so that a part
# comes before the whole: a window's sill, a roof's gutter. A star matches every word that starts so.
_PLACES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("trunk",), "trunk* thân_cây"),
    (("fitting",), "handle* lamp* light* pipe* downpipe* gutter* tank* hinge* ống* máng* bồn_nước đèn tay_nắm"),
    (("railing",), "railing* balustrade* handrail* baluster* lan_can tay_vịn"),
    (("screen",), "screen* louvre* louver* lam lattice* grille* breeze* shading* brise* slat* slats bông_gió"),
    (("shutter",), "shutter* lá_chớp lá_sách"),
    (("pane",), "glass* glaz* pane panes kính* skylight* curtain*"),
    (("frame",), "frame* sill* mullion* transom* jamb* casing* khung bậu* window* cửa_sổ"),
    (("door",), "door* leaf gate* cổng cửa*"),
    (("solar",), "solar* photovoltaic* pv"),
    (("canopy",), "awning* canopy canopies tent* mái_che"),
    (("ceiling",), "ceiling* soffit* trần*"),
    (
        ("structure",),
        "column* pier piers post posts beam* rafter* slab* stair* step steps lintel* plinth* coping* member* footing* "
        "cornice* band* cột* dầm* cầu_thang bậc* móng*",
    ),
    (("floor",), "floor* deck* terrace* porch* balcon* flooring sàn* ban_công hiên nền"),
    (("roof",), "roof* dormer* mái* ngói*"),
    (("wall",), "wall walls facade* façade* gable* parapet* chimney* cladding* tường* vách* đầu_hồi"),
    (("pool", "water"), "pool* hồ_bơi bể_bơi"),
    (("water",), "water pond* lake* river* ao hồ nước"),
    (("lawn", "ground"), "lawn* grass* cỏ thảm_cỏ bãi_cỏ meadow* turf*"),
    (("road", "ground"), "road* street* driveway* parking* đường*"),
    (("kerb",), "kerb* curb* bó_vỉa"),
    (("plant",), "tree* plant plants bush* shrub* hedge* palm* crown* foliage* leaves cây lá"),
    (("ground",), "ground* terrain* site* path* paving* pavement* courtyard* yard* sân* đất* vỉa_hè geographic*"),
)
# What each is made of most often, where neither a name nor a colour says more.
_USUAL: Mapping[str, str] = MappingProxyType(
    {
        "wall": "plaster", "roof": "clay-roof-tile", "floor": "floor-tile", "structure": "concrete",
        "ceiling": "white-paint", "door": "timber", "frame": "coated-aluminium", "shutter": "timber-louvres",
        "pane": "glass", "railing": "painted-steel", "screen": "timber-louvres", "canopy": "fabric",
        "fitting": "painted-steel", "solar": "solar-panel", "ground": "paving-stone", "road": "asphalt",
        "kerb": "kerb", "lawn": "grass", "pool": "pool-water", "water": "water", "plant": "foliage", "trunk": "bark",
    }
)  # fmt: skip
# Words of programs' own names for a material: "<By Category>", "Surface Style 3", "Layer0", "Imported object".
_PROGRAMS_WORDS = frozenset(
    "by category unassigned undefined unknown surface style no layer object imported new".split()
)
_COLOR_NAME = re.compile(r"colou?r [0-9a-f]{6}", re.IGNORECASE)
_NEUTRAL_SPREAD = 0.02  # linear: greys and whites that programs give by themselves
_LEAST_DEFAULT = 0.1
# Penalties beside the difference of colours (CIEDE2000): a plain name is better than one with a colour before it,
# and what light does weighs more than a shade.
_TINTED = 4.0
_UNUSUAL = 2.0
_FAMILY = 6.0
_METAL = 25.0
_UNSAID_METAL = 6.0  # most formats cannot say metal
_CLEAR = 40.0


@dataclass(frozen=True, kw_only=True)
class MaterialProposal:
    """A material that an element may have.

    Parameters
    ----------
    preset
        Of the catalogue.
    color
        The colour it comes in, where that is not its own.
    """

    preset: MaterialPreset
    color: ColorWord | None = None

    def text(self, language: Literal["en", "vi"] = "en") -> str:
        """The words, as ``--material`` reads them back."""
        if language == "en":
            return " ".join([*(self.color.names_en[:1] if self.color else ()), self.preset.name_en])
        return " ".join([self.preset.name_vi, *(self.color.names_vi[:1] if self.color else ())])

    @property
    def base_color(self) -> tuple[float, float, float]:
        """Linear RGB."""
        return linear_color(self.color.srgb if self.color else self.preset.srgb)


def propose_materials(table: ElementTable) -> tuple[MaterialProposal | None, ...]:
    """A proposal for each element of a table; ``None`` where its material says what it is, or nothing fits."""
    return tuple(propose_material(element, table.materials[element.material]) for element in table.elements)


def propose_material(element: Element, material: Material) -> MaterialProposal | None:
    """The catalogue's material that is nearest to an element whose file names none.

    Parameters
    ----------
    element, material
        By its class and name only what is plausible is considered; by its colour the nearest of these.

    Returns
    -------
    MaterialProposal or None
        ``None`` where the material's name says what it is, or nothing of the catalogue is plausible.
    """
    if says_material(material.name):
        return None
    uses = uses_of(element, material)
    if not uses:
        return None
    named = _named_by(element.name) or _named_by(element.class_name)
    if named is not None and not set(named.uses) & set(uses):
        if _place(element.name) or _place(element.class_name):
            # A door's leaf is not of leaves.
            named = None
        else:
            uses = named.uses
    return _nearest(uses, named, material) if _says_color(material) else _usual(uses, named)


def says_material(name: str) -> bool:
    """Whether a material's name says more than a program's default, a place in the building or a colour."""
    if is_generic(name) or _COLOR_NAME.fullmatch(name.strip()):
        return False
    words = find_material_words(name, sure=True)
    if named_material(words) is not None:
        return True
    unknown = {part for word in words if word.meaning is None for part in words_of(word.phrase)} - _PROGRAMS_WORDS
    return any(not is_generic(word) and _place(word) is None for word in unknown)


def uses_of(element: Element, material: Material) -> tuple[str, ...]:
    """What an element is for, as uses of the catalogue, the likeliest first; empty where nothing tells."""
    found = _place(element.name) or _place(element.class_name)
    if material.transmission > 0.5:
        return ("water",) if material.family is TextureFamily.WATER else ("pane",)
    if found is not None:
        # A window without panes in it is a frame, whatever its name says of glass.
        return ("frame",) if found == ("pane",) and material.transmission == 0.0 and _says_color(material) else found
    if element.part is Part.SURROUNDINGS:
        return ("plant",) if material.family is TextureFamily.FOLIAGE else ()
    by_part = {Part.BUILDING: ("wall", "structure"), Part.OPENING: ("frame", "door"), Part.GROUND: ("ground",)}
    return by_part.get(element.part, ())


@lru_cache(maxsize=4096)
def _place(name: str) -> tuple[str, ...] | None:
    words = words_of(name)
    phrases = {*words, *(f"{a}_{b}" for a, b in pairwise(words))}
    for uses, entries in _PLACES:
        for entry in entries.split():
            if any(p.startswith(entry[:-1]) if entry[-1] == "*" else p == entry for p in phrases):
                return uses
    return None


@lru_cache(maxsize=4096)
def _named_by(name: str) -> MaterialPreset | None:
    """What an element's or layer's own name says it is made of: "Timber cladding east"."""
    return named_material(find_material_words(" ".join(words_of(name)), sure=True))


def _says_color(material: Material) -> bool:
    """Whether the colour was chosen: programs give grey or white by themselves."""
    color = material.base_color
    neutral = max(color) - min(color) <= _NEUTRAL_SPREAD and min(color) >= _LEAST_DEFAULT
    return not (neutral and is_generic(material.name) and material.metallic < 0.5)


def _usual(uses: tuple[str, ...], named: MaterialPreset | None) -> MaterialProposal:
    return MaterialProposal(preset=named or materials()[_USUAL[uses[0]]])


@lru_cache(maxsize=4096)
def _nearest(uses: tuple[str, ...], named: MaterialPreset | None, material: Material) -> MaterialProposal:
    found, colors = _candidates(uses, named, _names_color(material.name))
    scores = _difference(_lab(np.array([material.base_color])), colors)
    scores += [_unlike(proposal, material) for proposal in found]
    scores += [0.0 if proposal.preset.id == _USUAL[uses[0]] else _UNUSUAL for proposal in found]
    return found[int(np.argmin(scores))]


def _names_color(name: str) -> bool:
    return any(isinstance(word.meaning, ColorWord) for word in find_material_words(name, sure=True))


@lru_cache(maxsize=256)
def _candidates(
    uses: tuple[str, ...], named: MaterialPreset | None, painted: bool
) -> tuple[tuple[MaterialProposal, ...], NDArray[np.float64]]:
    """What is plausible, of the kind that the name says, else for what the element is; and its (n, 3) CIELAB.

    A material that is called by a colour alone is ``painted``: of what comes in any, if there is such.
    """
    presets = [named] if named is not None and not named.generic else list(materials().values())
    presets = [preset for preset in presets if set(preset.uses) & set(uses)]
    if named is not None:
        presets = [preset for preset in presets if preset.kind == named.kind]
    if painted:
        presets = [preset for preset in presets if preset.tint] or presets
    plain = [MaterialProposal(preset=preset) for preset in presets]
    tinted = [proposal for preset in presets if preset.tint or preset is named for proposal in in_colors(preset)]
    found = (*plain, *tinted)
    return found, _lab(np.array([proposal.base_color for proposal in found]))


@cache
def in_colors(preset: MaterialPreset) -> tuple[MaterialProposal, ...]:
    """A material in every colour, but for those whose words mean another of the catalogue: "white plaster"."""

    def reads_back(proposal: MaterialProposal) -> bool:
        texts = (proposal.text("en"), proposal.text("vi"))
        wanted = {proposal.preset, proposal.color}
        return all({word.meaning for word in find_material_words(text)} == wanted for text in texts)

    found = [MaterialProposal(preset=preset, color=color) for color in material_words().colors.values()]
    return tuple(filter(reads_back, found))


def _unlike(proposal: MaterialProposal, material: Material) -> float:
    preset = proposal.preset
    textured = material.family is not TextureFamily.PLAIN and preset.family is not material.family
    return (
        (_TINTED if proposal.color else 0.0)
        + (_FAMILY if textured else 0.0)
        + _METAL * max(0.0, material.metallic - preset.metallic)
        + _UNSAID_METAL * max(0.0, preset.metallic - material.metallic)
        + _CLEAR * abs(preset.transmission - material.transmission)
    )


def _lab(linear: NDArray[np.float64]) -> NDArray[np.float64]:
    from skimage.color import rgb2lab

    return rgb2lab(linear_to_srgb(linear))


def _difference(one: NDArray[np.float64], many: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) CIEDE2000 between a colour and others."""
    from skimage.color import deltaE_ciede2000

    different = deltaE_ciede2000(np.broadcast_to(one, many.shape), many)  # type: ignore[no-untyped-call]
    return np.asarray(different, dtype=np.float64)
