"""What names of elements and materials say, in English and Vietnamese: one table.

A word with a star matches every word that starts so; a phrase of two words matches them side by
side. Names are cut at case changes, digits and punctuation, so ``WindowGlass_02`` holds "window" and
"glass". In a name written without Vietnamese marks, phrases count without theirs (``Cua so`` is "cửa
sổ"), but of single words only those that the tables hold so: "co" is grass, company and much else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from archviz.core.elements import Part
from archviz.core.material import TextureFamily

__all__ = ["family_of", "is_generic", "is_glass", "opening_kind", "part_of", "words_of"]

_GLASS = "glass* glaz glazing* glazed kính* kinh translucent*"
_WINDOW = "window* cửa_sổ cuaso* skylight* pane panes fenestration* giếng_trời ô_thoáng"
# What follows "cửa" or stands before it where a door is meant, not "của": of.
_DOOR = (
    "door* cửa* cua cuadi* cửa_đi cửa_chính cửa_phụ cửa_ra cửa_gỗ cửa_kính cửa_sắt cửa_nhôm cửa_cuốn cửa_lùa cửa_mở "
    "cửa_trượt cửa_xếp cửa_vòm khung_cửa cánh_cửa bộ_cửa ô_cửa"
)
_FRAMED = f"{_WINDOW} {_DOOR}"
_OPENING = f"{_FRAMED} {_GLASS}"
# Parts of windows and doors that are no leaf and no pane.
_FRAME = (
    "frame* sill* mullion* muntin* transom* jamb* lintel* trim trims casing* surround shutter* louver* louvre* handle* "
    "hinge* khung bậu* ngưỡng lá_sách lá_chớp tay_nắm"
)
# Phrases of other things whose words stand in the tables: a clock has no lake, a shop is no door.
_ELSEWHERE = (
    "đồng_hồ hồ_sơ cửa_hàng cửa_khẩu kinh_doanh kinh_tế lá_sách lá_chớp lá_chắn đường_ống đường_chỉ đường_viền nhà_xe "
    "sơn_nước ống_nước thoát_nước máng_nước bồn_nước bể_nước plant_room"
)
# Houses next door have walls and windows too: these words come before all others.
_AROUND = "neighbour* neighbor* context surroundings entourage* hàng_xóm"
# A name with one of these is solid building whatever else it says: a glass balustrade is no window,
# a planter no plant.
_SOLID = "railing* balustrade* handrail* parapet* planter* canopy canopies lan_can bồn_cây bồn_hoa chậu_cây"
# A part of the building unless its material lets light through: a grass roof is no lawn.
_BUILDING = (
    "roof* wall walls floor* slab* column* facade* façade* balcon* stair* beam* ceiling* mái* tường* sàn* cột* "
    "ban_công cầu_thang ground_floor ground_storey ground_level tầng* sân_thượng mái_nhà mái_ngói mái_tôn mái_hiên"
)
_SURROUNDINGS = (
    "tree trees plant plants bush* shrub* hedge* palm palms flower* foliage* leaves vegetation* car cars vehicle* "
    "truck* bus motorbike* scooter* bicycle* person* people* human* figure figures man woman "
    "lamppost* streetlight* cây* cay xe người* nguoi lá"
)
_GROUND = (
    "ground* terrain* site topograph* topo landscape* lawn* grass* paving* pavement* sidewalk* road* street driveway* "
    "path pathway* asphalt* soil earth gravel* pool pools pond* lake river water đất* mặt_đất nền_đất địa_hình cỏ "
    "bãi_cỏ thảm_cỏ sân_cỏ vỉa_hè đường* mặt_đường đường_phố con_đường sân_vườn sân hồ hồ_bơi hồ_nước ao"
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


def _unmarked(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@lru_cache(maxsize=64)
def _entries(table: str, *, unmarked: bool) -> tuple[frozenset[str], tuple[str, ...]]:
    """Whole words and beginnings of a table, for names with Vietnamese marks or without."""
    entries = set(table.split())
    if unmarked:
        entries |= {_unmarked(entry) for entry in entries if "_" in entry}
    return frozenset(e for e in entries if e[-1] != "*"), tuple(sorted(e[:-1] for e in entries if e[-1] == "*"))


def _matches(words: tuple[str, ...], table: str) -> bool:
    whole, starts = _entries(table, unmarked=_unmarked("".join(words)) == "".join(words))
    return any(word in whole or word.startswith(starts) for word in (*words, *(f"{a}_{b}" for a, b in pairwise(words))))


@lru_cache(maxsize=4096)
def _telling(name: str) -> tuple[str, ...]:
    """The words of a name without those that only look like a table's."""
    words = words_of(name)
    drop: set[int] = set()
    for row, pair in enumerate(pairwise(words)):
        if _matches(pair, _ELSEWHERE):
            drop |= {row, row + 1}
    for row, word in enumerate(words[1:-1], start=1):
        if word == "cua" and len(words[row - 1]) > 1 and len(words[row + 1]) > 1:
            # Between two words it is "của" (of), unless a neighbour makes it a door's or a window's.
            around = (f"{words[row - 1]}_cua", f"cua_{words[row + 1]}")
            if not any(phrase in _entries(_FRAMED, unmarked=True)[0] for phrase in around):
                drop.add(row)
    return tuple(word for row, word in enumerate(words) if row not in drop)


def is_glass(name: str) -> bool:
    """Whether a name says glass."""
    return _matches(_telling(name), _GLASS)


def is_generic(name: str) -> bool:
    """Whether a material's name says nothing: empty, a number, or what a program calls it by itself."""
    return all(len(word) == 1 or _matches((word,), _GENERIC) for word in words_of(name))


def opening_kind(*names: str) -> Literal["window", "door", "frame"] | None:
    """Whether the first name that tells of an opening tells of a window, a door, or only a part of one.

    Parameters
    ----------
    names
        Most telling first: the element's, then of what holds it.

    Returns
    -------
    "window", "door", "frame" or None
        A sill or a handle is ``frame`` too; ``None`` where no name tells.
    """
    for name in names:
        if _matches(words_of(name), _FRAME):
            return "frame"
        words = _telling(name)
        if _matches(words, f"{_WINDOW} {_GLASS}"):
            return "window"
        if _matches(words, _DOOR):
            return "door"
    return None


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
    if any(_matches(_telling(text), _AROUND) for text in (name, group)):
        return Part.SURROUNDINGS
    for text in (name, group):
        words = _telling(text)
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
        words = _telling(name)
        opening = _matches(words, _FRAMED)
        for family, table in _FAMILIES.items():
            # A door's leaf is no foliage.
            if not (opening and family is TextureFamily.FOLIAGE) and _matches(words, table):
                return family
    return TextureFamily.PLAIN
