"""Presets that the user's own words choose, where no option does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archviz.presets import Mention, PresetKind, find_mentions
from archviz.render.request import DEFAULT_ENVIRONMENT, RenderRequest

__all__ = ["WordChoice", "choose_by_words"]


@dataclass(frozen=True, kw_only=True)
class WordChoice:
    """A request after its words were heard.

    Parameters
    ----------
    request
        With the environment and lighting that its words choose.
    chosen
        The phrases that chose a preset.
    assumptions
        Which preset was chosen from which words.
    mentions
        Every preset that the words name, chosen or not.
    """

    request: RenderRequest
    chosen: tuple[str, ...]
    assumptions: tuple[str, ...]
    mentions: tuple[Mention, ...]

    def warnings(self, *, environment: str, lighting: str) -> tuple[str, ...]:
        """What the words name and the picture, under these presets, does not show."""
        shown = {"environment": environment, "lighting": lighting}
        found = {}
        for mention in self.mentions:
            holds = shown[mention.kind]
            if mention.preset != holds and not mention.hint:
                found[mention.kind, mention.preset] = (
                    f"the words {mention.phrase!r} name {mention.kind} {mention.preset}, but {holds} holds:"
                    f" {self._reason(mention.kind)}"
                )
        return tuple(found.values())

    def _reason(self, kind: PresetKind) -> str:
        if any(m.kind == kind and m.phrase in self.chosen for m in self.mentions):
            return "the first of two counts"
        if kind == "lighting" and self.request.lighting is None:
            return "the moment sets the light"
        return "the option counts"


def choose_by_words(request: RenderRequest) -> WordChoice:
    """Fill in the environment and the lighting that the free text names; what is chosen already stays.

    The first preset that is named counts. A moment sets the light, so that words choose none then.
    """
    mentions = find_mentions(request.prompt)
    open_kinds: list[PresetKind] = ["environment"] if request.environment is None else []
    if request.lighting is None and request.when is None:
        open_kinds.append("lighting")
    chosen = [found for kind in open_kinds if (found := _first(mentions, kind)) is not None]
    fields = {mention.kind: mention.preset for mention in chosen}
    filled = replace(
        request,
        environment=fields.get("environment", request.environment),
        lighting=fields.get("lighting", request.lighting),
    )
    return WordChoice(
        request=filled,
        chosen=tuple(mention.phrase for mention in chosen),
        assumptions=(
            *(f"{m.kind} {m.preset}, from the words {m.phrase!r}" for m in chosen),
            *(_notes_without_input(filled) if request.input is None else ()),
        ),
        mentions=mentions,
    )


def _notes_without_input(request: RenderRequest) -> list[str]:
    """What a text alone gets."""
    notes = [] if request.environment else [f"environment {DEFAULT_ENVIRONMENT}: the words name none"]
    if request.surroundings != "imagined":
        notes.append("no input: the environment is shown without a building; give a model or a drawing of one")
    return notes


def _first(mentions: tuple[Mention, ...], kind: PresetKind) -> Mention | None:
    """The first preset of a kind that is named; one that is only suggested where none is."""
    of_kind = [m for m in mentions if m.kind == kind]
    return next((m for m in of_kind if not m.hint), of_kind[0] if of_kind else None)
