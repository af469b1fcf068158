"""Captions of the training pictures, and the vocabulary that follows from them.

The network reads canonical English phrases only. Synonyms and Vietnamese words are mapped to them
by the vocabulary before the tokenizer sees a prompt, so a few thousand pictures suffice to teach
each phrase, and what was not taught can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from archviz.prompt import Vocabulary

__all__ = ["BUILDING_PHRASES", "SYNONYMS", "caption", "phrases_of", "vocabulary"]

BUILDING_PHRASES: dict[str, str] = {
    "detached": "detached house",
    "tube": "tube house",
    "villa": "villa",
    "slab": "apartment building",
    "tower": "tower",
    "pavilion": "pavilion",
    "school": "school",
    "hall": "hall",
    "courtyard": "courtyard house",
}

# Canonical phrase -> other words for it, English and Vietnamese.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "detached house": ("house", "home", "nhà", "nhà ở", "family house"),
    "tube house": ("townhouse", "terraced house", "nhà phố", "nhà ống", "row house"),
    "villa": ("biệt thự", "mansion"),
    "apartment building": ("apartments", "chung cư", "housing block", "apartment block"),
    "tower": ("high-rise", "skyscraper", "cao ốc", "tháp"),
    "school": ("trường học", "trường"),
    "hall": ("nhà văn hóa", "gym", "warehouse"),
    "brick walls": ("brick", "bricks", "gạch", "tường gạch"),
    "concrete walls": ("concrete", "bê tông"),
    "timber walls": ("timber", "wood", "wooden", "gỗ"),
    "stone walls": ("stone", "đá"),
    "white walls": ("white", "plaster", "stucco", "trắng", "tường trắng"),
    "grey walls": ("grey", "gray", "xám"),
    "ochre walls": ("ochre", "yellow", "vàng"),
    "red walls": ("red", "đỏ"),
    "green walls": ("green", "xanh lá"),
    "blue walls": ("blue", "xanh dương"),
    "louvres": ("louvers", "lam", "brise soleil"),
    "breeze-block screen": ("breeze blocks", "gạch bông gió"),
    "clay tile roof": ("tiled roof", "mái ngói", "ngói"),
    "metal roof": ("mái tôn", "standing seam"),
    "flat roof": ("mái bằng",),
    "balconies": ("balcony", "ban công"),
    "metal walls": ("metal", "kim loại", "tôn"),
    "tiled walls": ("tiles", "tiled", "gạch ốp"),
    "flooded rice terraces": (
        "rice terraces", "rice paddies", "rice paddy", "paddy fields", "rice fields", "ruộng lúa", "ruộng bậc thang",
        "cánh đồng lúa",
    ),
    "farmers in conical hats": ("conical hats", "conical hat", "farmers", "nón lá", "nông dân"),
    "coconut palms": ("coconut trees", "dừa", "cây dừa"),
    "palms": ("palm trees", "palm", "cây cọ"),
    "bamboo": ("tre", "lũy tre"),
    "tall pine forest on slopes": ("pines", "pine trees", "pine forest", "thông", "rừng thông"),
    "distant hills": ("hills", "đồi núi"),
    "motorbikes": ("motorcycles", "scooters", "xe máy"),
    "street lamps": ("street lights", "đèn đường"),
    "street trees": ("cây xanh",),
    "silk lanterns": ("lanterns", "đèn lồng"),
    "fresh snow": ("snow", "tuyết"),
    "sand dunes": ("dunes", "sand", "cát"),
    "sunset": ("dusk", "evening", "hoàng hôn", "chiều tà"),
    "sunrise": ("dawn", "bình minh"),
    "golden hour": ("golden light", "evening light", "nắng vàng"),
    "blue hour": ("twilight", "chạng vạng"),
    "night": ("night time", "nighttime", "đêm", "ban đêm"),
    "high noon sun": ("noon", "midday", "buổi trưa", "trưa"),
    "clear morning": ("morning", "buổi sáng"),
    "overcast": ("cloudy", "grey sky", "u ám", "nhiều mây"),
    "monsoon rain": ("rain", "rainy", "rainfall", "monsoon", "mưa", "mưa rào"),
    "cool mist": ("mist", "misty", "fog", "sương mù"),
    "lit windows": ("warm windows", "cửa sổ sáng đèn"),
}  # fmt: skip


def caption(record: Mapping[str, Any], mix: int, generator: np.random.Generator) -> str:
    """One caption of a view under one light: a random choice of its phrases.

    Parameters
    ----------
    record
        ``phrases`` {group: [phrase, ...]} and ``mixes`` [{``phrases``: [...]}, ...].
    mix
        Row of ``mixes``.
    """
    groups = [*record["phrases"].values(), record["mixes"][mix]["phrases"]]
    chosen: list[str] = []
    for group in groups:
        if generator.random() < 0.85:
            chosen += [phrase for phrase in group if generator.random() < 0.85]
    order = generator.permutation(len(chosen)) if generator.random() < 0.5 else range(len(chosen))
    return ", ".join(chosen[i] for i in order)


def phrases_of(text: str) -> list[str]:
    """A preset's prompt text as its phrases."""
    return [phrase.strip().lower() for phrase in text.split(",") if phrase.strip()]


def vocabulary(captions: Iterable[Iterable[str]], names: Mapping[str, str]) -> Vocabulary:
    """Every phrase that training used, with its synonyms.

    Parameters
    ----------
    captions
        Phrases of the training pictures.
    names
        Other names of presets (English, Vietnamese, ids) -> a canonical phrase.
    """
    taught = {phrase for phrases in captions for phrase in phrases}
    terms = {phrase: phrase for phrase in sorted(taught)}
    for canonical, others in SYNONYMS.items():
        if canonical in taught:
            terms |= {other: canonical for other in others if other not in taught}
    terms |= {name.lower(): phrase for name, phrase in names.items() if phrase in taught and name.lower() not in taught}
    return Vocabulary(dict(sorted(terms.items())))
