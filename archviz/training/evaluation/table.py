"""The table of figures as Markdown, and its place in the model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archviz.core.errors import FileFormatError
from archviz.fidelity import Interval

__all__ = ["BEGIN", "END", "Line", "interval_cell", "markdown_rows", "markdown_table", "write_into_card"]

BEGIN = "<!-- figures: written by `python -m archviz.training evaluate --card` -->"
END = "<!-- end of figures -->"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table.

    Parameters
    ----------
    name, reach
        What it is and what it is to reach.
    cells
        Column -> value.
    """

    name: str
    reach: str
    cells: Mapping[str, Interval | None]


def markdown_table(lines: Sequence[Line], columns: Sequence[str]) -> str:
    """The lines under the columns that have a value, each with its 95 % interval.

    A line says on how many scenes it stands, and a cell where it stands on fewer.

    Parameters
    ----------
    columns
        In their order; others that the lines hold follow.
    """
    found = dict.fromkeys(c for line in lines for c, value in line.cells.items() if value is not None)
    shown = [c for c in columns if c in found] + [c for c in found if c not in columns]
    rows = [["figure", "reach", "scenes", *shown], ["---"] * (3 + len(shown))]
    for line in lines:
        scenes = max((value.scenes for value in line.cells.values() if value is not None), default=0)
        cells = [interval_cell(line.cells.get(column), scenes) for column in shown]
        rows.append([line.name, line.reach or "-", str(scenes) if scenes else "-", *cells])
    return markdown_rows(rows)


def markdown_rows(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as Markdown's lines."""
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def interval_cell(value: Interval | None, scenes: int = 0, *, digits: int = 3) -> str:
    """A value with its interval, and on how many scenes it stands where that is fewer than ``scenes``."""
    if value is None:
        return "-"
    fewer = f"; {value.scenes} scenes" if value.scenes < scenes else ""
    return f"{value.mean:.{digits}f} ({value.low:.{digits}f} to {value.high:.{digits}f}{fewer})"


def write_into_card(card: Path, text: str, *, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Put a text between two marks of a model card.

    Parameters
    ----------
    card
        Its Markdown file.
    text
        Takes the place of what stands between them.
    marks
        Lines of the card.

    Raises
    ------
    FileFormatError
        The card is missing or does not hold both marks, in order.
    """
    before = card.read_text(encoding="utf-8") if card.is_file() else ""
    first, last = marks
    start = before.find(first)
    end = before.find(last, max(start, 0))
    if start < 0 or end < start:
        raise FileFormatError(f"{card}: no place for the figures; give a model card with the lines {first} and {last}")
    card.write_text(f"{before[: start + len(first)]}\n\n{text.strip()}\n\n{before[end:]}", encoding="utf-8")
