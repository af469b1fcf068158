"""Editing a part of a finished picture: what it covers, what is painted there, and how it joins the rest.

A material is put on the G-buffer's pixels of the part, so that light and control stack show it there alone; the
engine then paints with the rest of the picture held, and what it paints is blended over the picture inside
the feathered mask. Outside the mask the picture's own pixels stand.
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archviz.core.elements import ElementTable, unique_name
from archviz.core.errors import OptionError
from archviz.core.gbuffer import GBuffer
from archviz.core.maps import ColorMap, IdMap, WeightMap
from archviz.prompt import Brief, write_prompt
from archviz.render.checking import engine_spec
from archviz.render.materials import match_elements, read_material
from archviz.render.recipe import hash_pixels, read_recipe, resolved_from_json
from archviz.render.region import Region, ResolvedRegion
from archviz.render.request import RenderRequest, ResolvedRequest
from archviz.render.resolving import engine_vocabulary

__all__ = [
    "Edit",
    "feather",
    "paint_key",
    "paint_over",
    "read_base",
    "read_pixels",
    "region_area",
    "resolve_edit",
    "seen_elements",
]

_NAMES_TOLD = 8


@dataclass(frozen=True, eq=False, kw_only=True)
class Edit:
    """What an edit keeps, and where.

    Parameters
    ----------
    picture
        (H, W, 3) uint8: the picture that is edited.
    weights
        How much of each pixel is painted anew: 1 in the part, 0 beyond its rim.
    """

    picture: NDArray[np.uint8]
    weights: WeightMap

    @property
    def kept(self) -> ColorMap:
        """The picture as an engine takes it."""
        return ColorMap(self.picture.astype(np.float32) / np.float32(255.0))

    def blend(self, painted: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``painted`` over the picture; where the weight is 0 the picture's own bytes."""
        weight = self.weights.array[..., None]
        old = self.picture.astype(np.float32)
        return np.rint(old + weight * (painted.astype(np.float32) - old)).astype(np.uint8)


def read_pixels(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of a PNG that archviz wrote.

    Raises
    ------
    OptionError
        It cannot be read.
    """
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise OptionError(f"{path}: cannot be read as a picture ({error}); give a PNG that archviz wrote") from error


def read_base(request: RenderRequest, region: Region) -> tuple[ResolvedRequest, str]:
    """The request of the picture that is edited, and its pixels' hash.

    Raises
    ------
    InputError
        The picture holds no recipe, was changed since, its input is not told, or its engine cannot edit.
    """
    recipe, found = read_recipe(region.base)
    sha256 = hash_pixels(read_pixels(region.base))
    if sha256 != recipe.get("pixels_sha256"):
        raise OptionError(f"{region.base}: was changed after it was rendered; give the picture as archviz wrote it")
    spec = engine_spec(str(recipe["resolved"].get("engine")))
    if spec.family != "mini":
        raise OptionError(f"engine {spec.id} cannot edit a part of a picture; edit a picture of engine mini")
    path = request.input or found
    if recipe["resolved"].get("input_sha256") and path is None:
        raise OptionError(f"{region.base}: the recipe does not say where its input is; give it with --input FILE")
    base = resolved_from_json(recipe["resolved"] | {"device": request.device}, input=path, weights=request.weights)
    return base, sha256


def resolve_edit(
    request: RenderRequest, region: Region, base: ResolvedRequest, base_sha256: str, view: GBuffer | None
) -> ResolvedRequest:
    """Close every open choice of an edit; all but the part is the base picture's.

    Parameters
    ----------
    request, region
        What is wanted.
    base, base_sha256
        As :func:`read_base` answers.
    view
        What the base picture's camera sees; ``None`` where nothing of it is known.

    Raises
    ------
    OptionError
        An element is unknown or unseen, the mask is of another size, or no word is known.
    """
    if region.mask is not None and region.mask.size != base.size:
        raise OptionError(f"mask of {region.mask.size}: the picture is {base.size}; give a mask of the picture's size")
    if view is None and region.elements:
        raise OptionError(f"element {region.elements[0]!r}: this picture was made without elements; give a mask")
    names = () if view is None else _find_elements(region.elements, view)
    own = ResolvedRegion(
        base=base,
        base_sha256=base_sha256,
        elements=names,
        mask=region.mask,
        material=region.material.strip(),
        prompt=region.prompt.strip(),
        feather_px=region.feather_px,
    )
    area = region_area(own, view)
    if not area.any():
        raise OptionError(f"the mask covers nothing of {', '.join(names)}; paint where it is seen, or leave it out")
    surface = view is not None and bool(view.hit[area].any())
    if own.material and not surface:
        raise OptionError(f"material {own.material!r} needs a surface, and the mask covers none; give words instead")
    if view is not None and surface and not own.material:
        own = replace(own, material=_material_in_words(own.prompt, view))
    prompt, understood, ignored = _read_words(own, view)
    return replace(
        base,
        base=region.base,
        region=own,
        prompt=prompt,
        prompt_understood=understood,
        prompt_ignored=ignored,
        author=request.author or base.author,
        min_fidelity=None,
        tries=(),
        # What words alone ask for is not in the deferred colour: it can only come from noise.
        start_strength=base.start_strength if own.material else 1.0,
    )


def region_area(region: ResolvedRegion, view: GBuffer | None) -> NDArray[np.bool_]:
    """(H, W) bool: the pixels of the part, before its rim."""
    area = np.ones(region.base.size.shape, dtype=np.bool_) if region.mask is None else region.mask.array()
    if region.elements and view is not None:
        rows = [row for row, element in enumerate(view.table.elements) if element.name in region.elements]
        area &= np.isin(view.elements.array, rows)
    return area


def feather(area: NDArray[np.bool_], feather_px: int) -> WeightMap:
    """1 in the area, and around it down to 0 just beyond ``feather_px`` pixels.

    The rim lies outside: there old and new picture show the same things and pass into each other unseen, while
    a rim inside would keep the old material along every edge.
    """
    from scipy.ndimage import distance_transform_edt

    share = np.clip(1.0 - distance_transform_edt(~area) / (feather_px + 1), 0.0, 1.0)
    # Smoothstep: no crease where the rim begins and ends.
    return WeightMap((share * share * (3.0 - 2.0 * share)).astype(np.float32))


def paint_over(view: GBuffer, resolved: ResolvedRequest) -> GBuffer:
    """The view with the materials of an edit, and of the edits before it, on the pixels of their parts."""
    painted = view
    for region in _material_edits(resolved):
        painted = _paint(painted, region_area(region, view), region.material)
    return painted


def paint_key(resolved: ResolvedRequest) -> Hashable:
    """Names what :func:`paint_over` does to a view."""
    return tuple((r.elements, r.mask, r.material) for r in _material_edits(resolved))


def _material_edits(resolved: ResolvedRequest) -> list[ResolvedRegion]:
    """The first edit first."""
    found = []
    at: ResolvedRequest | None = resolved
    while at is not None and at.region is not None:
        if at.region.material:
            found.append(at.region)
        at = at.region.base
    return found[::-1]


def _paint(view: GBuffer, area: NDArray[np.bool_], text: str) -> GBuffer:
    ids = view.elements.array
    painted = ids.copy()
    elements, materials = list(view.table.elements), list(view.table.materials)
    taken = {element.name for element in elements}
    for row in np.unique(ids[area & (ids >= 0)]):
        old = elements[row]
        materials.append(read_material(text, materials[old.material]).material)
        name = unique_name(old.name, taken)
        taken.add(name)
        painted[area & (ids == row)] = len(elements)
        elements.append(replace(old, name=name, material=len(materials) - 1))
    return replace(view, table=ElementTable(tuple(elements), tuple(materials)), elements=IdMap(painted))


def seen_elements(view: GBuffer) -> tuple[str, ...]:
    """Names of the elements that a view shows, those of most pixels first."""
    rows, counts = np.unique(view.elements.array[view.hit], return_counts=True)
    return tuple(view.table.elements[row].name for row in rows[np.argsort(-counts, kind="stable")])


def _find_elements(patterns: tuple[str, ...], view: GBuffer) -> tuple[str, ...]:
    """Names of the elements that patterns name and the picture shows."""
    table = view.table
    shown = seen_elements(view)
    found: dict[str, None] = {}
    for pattern in patterns:
        named = [table.elements[row].name for row in match_elements(table, pattern, option="element")]
        seen = [name for name in named if name in shown]
        if not seen:
            near = [*difflib.get_close_matches(pattern, shown, n=_NAMES_TOLD, cutoff=0.3), *shown]
            told = ", ".join(list(dict.fromkeys(near))[:_NAMES_TOLD])
            raise OptionError(f"element {pattern!r} is not seen in this picture; seen are {told}")
        found |= dict.fromkeys(seen)
    return tuple(found)


def _material_in_words(prompt: str, view: GBuffer) -> str:
    """The words of a prompt that say what a surface is made of: the maps show them, where a text alone is weak."""
    return " ".join(read_material(prompt, view.table.materials[0]).understood)


def _read_words(region: ResolvedRegion, view: GBuffer | None) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The engine's text, and what was understood and ignored of the edit's own words."""
    base = region.base
    vocabulary = engine_vocabulary(engine_spec(base.engine), base.weights)
    brief = Brief(environment=base.prompt, materials={"part": region.material}, free_text=region.prompt)
    prompt = write_prompt(brief, vocabulary)
    read: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    if region.material and view is not None:
        found = read_material(region.material, view.table.materials[0])
        read, ignored = found.understood, found.ignored
        if not read:
            raise OptionError(
                f"material {region.material!r}: none of its words is known; name a substance or a colour,"
                " such as red brick or pale timber"
            )
    understood = tuple(dict.fromkeys([*prompt.understood, *read]))
    if not understood:
        raise OptionError(
            f"prompt {region.prompt!r}: engine {base.engine} was taught none of these words; name what is seen there,"
            " such as brick, palms or water, or give a material"
        )
    heard = {word for phrase in understood for word in phrase.split()}
    left = tuple(word for word in dict.fromkeys([*prompt.ignored, *ignored]) if word not in heard)
    return prompt.text, understood, left
