"""What names of elements and materials say, in English and Vietnamese: one table.

A word with a star matches every word that starts so; a phrase of two words matches them side by
side. Names are cut at case changes, digits and punctuation, so ``WindowGlass_02`` holds "window" and
"glass". Vietnamese counts with its marks and, where nothing else is written so, without.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from archviz.core.elements import Part
from archviz.core.material import TextureFamily

__all__ = ["family_of", "is_generic", "is_glass", "part_of", "words_of"]

_GLASS = "glass* glazing* glazed kính* kinh translucent*"
_FRAMED = "window* door* cửa* cua"
_OPENING = f"{_FRAMED} skylight* pane panes fenestration* {_GLASS}"
# Houses next door have walls and windows too: these words come before all others.
_AROUND = "neighbour* neighbor* context surroundings entourage* hàng_xóm"
# A name with one of these is solid building whatever else it says: a glass balustrade is no window,
# a planter no plant.
_SOLID = "railing* balustrade* handrail* parapet* planter* canopy canopies lan_can bồn_cây bồn_hoa"
# A part of the building unless its material lets light through: a grass roof is no lawn.
_BUILDING = (
    "roof* wall walls floor* slab* column* facade* façade* balcon* stair* beam* ceiling* mái* tường* sàn* cột* "
    "ban_công cầu_thang ground_floor ground_storey ground_level tầng* sân_thượng"
)
_SURROUNDINGS = (
    "tree trees plant plants bush* shrub* hedge* palm palms flower* foliage* leaves vegetation* car cars vehicle* "
    "truck* bus motorbike* scooter* bicycle* person* people* human* figure figures man woman "
    "lamppost* streetlight* cây* cay xe người* nguoi lá"
)
_GROUND = (
    "ground* terrain* site topograph* topo landscape* lawn* grass* paving* pavement* sidewalk* road* street driveway* "
    "path pathway* asphalt* soil earth gravel* pool pools pond* lake river water đất* mặt_đất địa_hình cỏ bãi_cỏ "
    "thảm_cỏ vỉa_hè đường* sân_vườn sân hồ ao"
)

# What programs call a material that nobody named.
_GENERIC = "material* mat default* color* colour* lambert* phong* blinn* standard* none untitled* mesh*"

# Rows are tried from the top: a tree's trunk is timber before it is a tree.
_FAMILIES: Mapping[TextureFamily, str] = MappingProxyType(
    {
        TextureFamily.GRASS: "grass* lawn* turf* meadow* cỏ bãi_cỏ thảm_cỏ",
        TextureFamily.WATER: "water pool pools pond* lake river sea nước* nuoc hồ_bơi",
        TextureFamily.TILE: (
            "tile* roofing ceramic* terracotta* shingle* slate* ngói* ngoi gạch_men gạch_lát gạch_ốp gach_men"
        ),
        TextureFamily.BRICK: "brick* clinker* gạch* gach",
        TextureFamily.TIMBER: (
            "timber* wood* oak teak cedar larch walnut plywood* plank* decking parquet* trunk* bark gỗ* go thân_cây"
        ),
        TextureFamily.STONE: (
            "stone* concrete* cement* granite* marble* limestone* sandstone* travertine* basalt* terrazzo* masonry* "
            "beton* đá* bê_tông* be_tong xi_măng"
        ),
        TextureFamily.FOLIAGE: "leaf leaves tree trees plant plants bush* shrub* hedge* palm palms foliage* lá cây cay",
    }
)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, lower case.

    Parameters
    ----------
    name
        As the file gives it: ``"CửaSổ_02"`` gives ``("cửa", "sổ")``.
    """
    name = unicodedata.normalize("NFC", name)
    cut = ""
    for before, letter, after in zip(f" {name}", name, f"{name[1:]} ", strict=False):
        # A capital starts a word after a small letter, and as the last of several before one.
        starts = letter.isupper() and (before.islower() or (before.isupper() and after.islower()))
        cut += f" {letter}" if starts else letter
    return tuple(re.findall(r"[^\W\d_]+", cut.lower()))


def _matches(words: tuple[str, ...], table: str) -> bool:
    pairs = tuple(f"{a}_{b}" for a, b in pairwise(words))
    for word in (*words, *pairs):
        for entry in table.split():
            if word == entry or (entry.endswith("*") and word.startswith(entry[:-1])):
                return True
    return False


def is_glass(name: str) -> bool:
    """Whether a name says glass."""
    return _matches(words_of(name), _GLASS)


def is_generic(name: str) -> bool:
    """Whether a material's name says nothing: empty, a number, or what a program calls it by itself."""
    return all(len(word) == 1 or _matches((word,), _GENERIC) for word in words_of(name))


def part_of(name: str, *, group: str = "", material: str = "", transmissive: bool = False) -> Part:
    """The part that an element plays, by its name, else its group's, else its material.

    Parameters
    ----------
    name, group, material
        Of the element, of what holds it, and of what it is made of.
    transmissive
        Its material lets light through.

    Returns
    -------
    Part
        ``BUILDING`` where nothing says otherwise.
    """
    if any(_matches(words_of(text), _AROUND) for text in (name, group)):
        return Part.SURROUNDINGS
    for text in (name, group):
        words = words_of(text)
        solid = _matches(words, _SOLID) or (not transmissive and _matches(words, _BUILDING))
        if solid and not _matches(words, _FRAMED):
            return Part.BUILDING
        for part, table in ((Part.SURROUNDINGS, _SURROUNDINGS), (Part.GROUND, _GROUND), (Part.OPENING, _OPENING)):
            if _matches(words, table) and not (part is Part.GROUND and transmissive):
                return part
    if transmissive:
        return Part.OPENING
    by_material = {
        TextureFamily.GRASS: Part.GROUND,
        TextureFamily.WATER: Part.GROUND,
        TextureFamily.FOLIAGE: Part.SURROUNDINGS,
    }
    return by_material.get(family_of(material), Part.BUILDING)


def family_of(*names: str) -> TextureFamily:
    """The texture family of the first name that says one; ``PLAIN`` where none does.

    Parameters
    ----------
    names
        Most telling first: the material's, then the element's.
    """
    for name in names:
        words = words_of(name)
        opening = _matches(words, _FRAMED)
        for family, table in _FAMILIES.items():
            # A door's leaf is no foliage.
            if not (opening and family is TextureFamily.FOLIAGE) and _matches(words, table):
                return family
    return TextureFamily.PLAIN
