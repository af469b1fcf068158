"""Which element is made of what: patterns become elements, and what is asked to be proposed becomes words."""

from __future__ import annotations

from collections.abc import Mapping

from archviz.core.elements import ElementTable
from archviz.render.materials import match_elements, read_material
from archviz.render.proposals import PROPOSED, propose_material

__all__ = ["choose_materials", "read_choices"]


def choose_materials(asked_texts: Mapping[str, str], table: ElementTable | None) -> tuple[dict[str, str], list[str]]:
    """Material texts by element, with a proposal where one is asked for.

    Parameters
    ----------
    asked_texts
        Element name or pattern -> text.
    table
        Of the model; ``None`` where there are no elements.

    Returns
    -------
    texts, notes
        Element name -> text, and what was proposed, in words.

    Raises
    ------
    OptionError
        No element has such a name.
    """
    if table is None:
        return dict(asked_texts), []
    texts: dict[str, str] = {}
    proposed: dict[str, list[str]] = {}
    notes = []
    for pattern, text in asked_texts.items():
        asked = text.strip().casefold() in PROPOSED
        rows = match_elements(table, pattern)
        for row in rows:
            element = table.elements[row]
            if not asked:
                texts[element.name] = text
            elif proposal := propose_material(element, table.materials[element.material]):
                texts[element.name] = proposal.text()
                proposed.setdefault(proposal.text(), []).append(element.name)
        if asked and not proposed:
            notes.append(f"material {pattern}: nothing is proposed, as the model says what it is made of")
    for text, names in proposed.items():
        notes.append(f"material {text}, proposed for {names[0]}" + (f" and {len(names) - 1} more" if names[1:] else ""))
    return texts, notes


def read_choices(texts: Mapping[str, str], table: ElementTable | None) -> tuple[list[str], dict[str, str]]:
    """The words that the maps show, and those that they do not, with an element that they were said of."""
    understood: list[str] = []
    ignored: dict[str, str] = {}
    if table is None:
        return understood, ignored
    of_element = {element.name: table.materials[element.material] for element in table.elements}
    for text, name in {text: name for name, text in texts.items()}.items():
        found = read_material(text, of_element[name])
        understood.extend(found.understood)
        ignored.update(dict.fromkeys(found.ignored, name))
    return understood, ignored
