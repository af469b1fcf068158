"""From a brief to the text an engine reads, with an honest account of what it understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Brief", "Prompt", "Vocabulary", "write_prompt"]

# Words that carry nothing by themselves: never reported as ignored.
_FILLERS = frozenset(
    "a an and at by for from in into is it its of on or our some that the their there this to under very with"
    " scene picture image photo view house's building's một các những của và với ở trong dưới có là".split()
)


@dataclass(frozen=True)
class Vocabulary:
    """The phrases an engine was taught.

    Parameters
    ----------
    terms
        Phrase -> the canonical phrase of the training captions it stands for. A canonical
        phrase maps to itself. Lower case.
    """

    terms: Mapping[str, str]

    def __post_init__(self) -> None:
        for phrase in self.terms:
            if phrase != phrase.lower() or not phrase.strip():
                raise ValueError(f"vocabulary phrase {phrase!r} must be lower case and not empty")

    @property
    def longest(self) -> int:
        """Words in the longest phrase."""
        return max((len(p.split()) for p in self.terms), default=0)


@dataclass(frozen=True, kw_only=True)
class Brief:
    """What the picture should show.

    Parameters
    ----------
    environment, lighting
        Prompt texts of the presets, comma separated phrases; empty where none was chosen.
    materials
        Element name -> material text.
    free_text
        The user's own words, English or Vietnamese.
    """

    environment: str = ""
    lighting: str = ""
    materials: Mapping[str, str] = field(default_factory=dict)
    free_text: str = ""


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """The text for the engine, and what became of the user's words.

    Parameters
    ----------
    text
        What the engine's tokenizer gets.
    understood
        Canonical phrases found in the free text and the material texts.
    ignored
        Words of the user that the engine was never taught, in their order.
    """

    text: str
    understood: tuple[str, ...]
    ignored: tuple[str, ...]


def write_prompt(brief: Brief, vocabulary: Vocabulary | None = None) -> Prompt:
    """Write the prompt of a brief.

    Parameters
    ----------
    brief
        What was chosen and written.
    vocabulary
        The engine's phrases; ``None`` for an engine with a general text encoder, which gets every word.
    """
    own = [text for text in (brief.free_text, *brief.materials.values()) if text.strip()]
    presets = [text for text in (brief.environment, brief.lighting) if text.strip()]
    if vocabulary is None:
        phrases = [p for text in own for p in _phrases(text)]
        return Prompt(text=", ".join([*phrases, *presets]), understood=tuple(dict.fromkeys(phrases)), ignored=())
    understood: list[str] = []
    ignored: list[str] = []
    for text in own:
        for phrase in _phrases(text):
            _match(phrase, vocabulary, understood, ignored)
    parts = dict.fromkeys([*understood, *(p for text in presets for p in _phrases(text))])
    return Prompt(
        text=", ".join(parts), understood=tuple(dict.fromkeys(understood)), ignored=tuple(dict.fromkeys(ignored))
    )


def _phrases(text: str) -> list[str]:
    return [p for p in (re.sub(r"\s+", " ", part).strip().lower() for part in re.split(r"[,;.\n]+", text)) if p]


def _match(phrase: str, vocabulary: Vocabulary, understood: list[str], ignored: list[str]) -> None:
    """Longest known phrase first, word by word."""
    words = re.findall(r"[\w'’-]+", phrase)
    at = 0
    while at < len(words):
        for length in range(min(vocabulary.longest, len(words) - at), 0, -1):
            term = vocabulary.terms.get(" ".join(words[at : at + length]))
            if term is not None:
                understood.append(term)
                at += length
                break
        else:
            if words[at] not in _FILLERS:
                ignored.append(words[at])
            at += 1
