"""Light sets: every picture of designs, environments, views, lights and seeds, in one folder.

A set is a plan of many pictures, nothing more: each is the picture that its request alone would give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import OptionError
from archviz.render.planning import view_key
from archviz.render.recipe import differences, resolved_to_json, write_whole
from archviz.render.writing import write_result
from archviz.studio.contact_sheet import Tile, contact_sheets
from archviz.studio.set_folder import (
    MANIFEST,
    SHEET,
    Inputs,
    Record,
    check_folder,
    check_same_set,
    finished_picture,
    hash_json,
    sweep,
    write_manifest,
)
from archviz.studio.set_members import LightSet, Member

if TYPE_CHECKING:
    from archviz.diffusion import OnStep
    from archviz.render import Renderer, RenderResult, ResolvedRequest

__all__ = ["LightSetRun", "OnPicture"]

OnPicture = Callable[[str, int, int], None]
"""Called with the file, its number and how many are made, before each picture."""


class LightSetRun:
    """Makes a light set in a folder, or goes on with one that was stopped.

    Everything that can be refused is refused here, before a picture is made or a file written.

    Parameters
    ----------
    light_set
        What is wanted.
    folder
        Where it goes.
    renderer
        Resolves and renders.
    resume
        Go on with the set that the folder holds; where it holds none, begin it.

    Attributes
    ----------
    members
        The pictures, in the order of the choices.
    kept
        How many of them were finished before.
    sheets
        The contact sheets, once the set is made.

    Raises
    ------
    InputError
        A request is refused; the folder cannot be written to, holds a set and ``resume`` was not
        asked for, holds another set, or a finished picture was changed.
    """

    def __init__(self, light_set: LightSet, folder: Path, *, renderer: Renderer, resume: bool = False) -> None:
        self.folder = folder
        self._renderer = renderer
        self._light_set = light_set
        self.members: tuple[Member, ...] = light_set.members()
        check_folder(folder, [member.file for member in self.members], resume=resume)
        self._resolved: tuple[ResolvedRequest, ...] = renderer.plan([m.request for m in self.members]).requests
        self._records = [
            Record(
                file=member.file,
                choices=_choices(member, resolved),
                request_sha256=hash_json(resolved_to_json(resolved)),
            )
            for member, resolved in zip(self.members, self._resolved, strict=True)
        ]
        self._numerics: dict[int, dict[str, Any]] = {}
        if (folder / MANIFEST).exists():
            check_same_set(folder, self._records, self._inputs())
            self._find_finished()
        self.kept = len(self._numerics)
        self.sheets: list[Path] = []
        # Of each view the first member, which the others' drift is measured from.
        keys = [view_key(resolved) for resolved in self._resolved]
        self._first = [keys.index(key) for key in keys]
        self._reference: tuple[int, NDArray[np.uint8]] | None = None

    @property
    def records(self) -> tuple[Record, ...]:
        """What is known of each picture by now."""
        return tuple(self._records)

    @property
    def min_fidelity(self) -> float | None:
        """The edge recall that was asked of every picture."""
        return self._light_set.base.min_fidelity

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was decided in the user's place, for any of the pictures."""
        return tuple(dict.fromkeys(text for resolved in self._resolved for text in resolved.assumptions))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look out for."""
        return tuple(dict.fromkeys(text for resolved in self._resolved for text in resolved.warnings))

    def numerics_warnings(self) -> tuple[str, ...]:
        """That the pictures were made under different numerics keys, where they were."""
        keys = list(self._numerics.values())
        other = dict.fromkeys(d["key"] for key in keys[1:] for d in differences(keys[0], key))
        if not other:
            return ()
        return (
            f"pictures of this set were made under different {', '.join(other)}: equal requests may differ a little",
        )

    def make(self, *, on_picture: OnPicture | None = None, on_step: OnStep | None = None) -> int:
        """Make what is not finished; the manifest tells at every moment what is.

        Returns
        -------
        int
            How many were made.

        Raises
        ------
        InputError
            As :meth:`archviz.render.Renderer.render`; what was finished stays.
        """
        pending = [row for row in range(len(self.members)) if row not in self._numerics]
        sweep(self.folder, [member.file for member in self.members])
        if self.kept:
            # A run may have been killed between a picture and its line in the manifest.
            self._save()
        plan = self._renderer.plan([self._resolved[row] for row in pending])
        for number, at in enumerate(plan.order, start=1):
            row = pending[at]
            if on_picture is not None:
                on_picture(self.members[row].file, number, len(pending))
            result = self._renderer.render(self._resolved[row], on_step=on_step)
            if not (self.folder / MANIFEST).exists():
                # First of all files, so that whatever is stopped from here on can be gone on with.
                self._save()
            self._keep(row, result)
        self._draw_sheets()
        return len(pending)

    def _keep(self, row: int, result: RenderResult) -> None:
        moved = self._drift(row, result)
        write_result(self.folder / self.members[row].file, result, also={"drift": moved})
        self._records[row] = replace(
            self._records[row],
            recipe_sha256=hash_json(result.recipe),
            fidelity=result.fidelity.to_json() if result.fidelity else None,
            drift=moved,
        )
        self._numerics[row] = {"archviz": result.recipe["archviz"], **result.recipe["numerics"]}
        self._save()

    def _drift(self, row: int, result: RenderResult) -> dict[str, Any] | None:
        """How far the building's lines moved from the first picture of the view; ``None`` for that one."""
        from archviz.fidelity import drift

        first, gbuffer = self._first[row], result.maps.gbuffer
        if first == row:
            self._reference = (row, result.image)
        if first == row or gbuffer is None:
            return None
        if self._reference is None or self._reference[0] != first:
            self._reference = (first, self._picture(first))
        wireframe = self._renderer.views.wireframe(result.resolved, result.maps)
        moved = drift(self._reference[1], result.image, gbuffer, wireframe=wireframe)
        return {"from": self.members[first].file, **moved.to_json(), "reason": moved.reason}

    def _draw_sheets(self) -> None:
        tiles = [
            Tile(labels=member.labels, size=resolved.size, load=partial(self._picture, row))
            for row, (member, resolved) in enumerate(zip(self.members, self._resolved, strict=True))
        ]
        self.sheets = []
        for number, sheet in enumerate(contact_sheets(tiles), start=1):
            path = self.folder / (SHEET if number == 1 else f"{Path(SHEET).stem}-{number}.png")
            write_whole(path, partial(sheet.save, format="PNG"))
            self.sheets.append(path)

    def _picture(self, row: int) -> NDArray[np.uint8]:
        return finished_picture(self.folder / self.members[row].file).image

    def _find_finished(self) -> None:
        for row, record in enumerate(self._records):
            path = self.folder / record.file
            if not path.exists():
                continue
            found = finished_picture(path)
            if found.request_sha256 != record.request_sha256:
                raise OptionError(
                    f"{path}: a picture of another request stands in its place; move it away and it is made again"
                )
            # The JSON is written first: without it the picture was left by someone else's hand.
            if found.run is not None:
                self._records[row] = replace(
                    record,
                    recipe_sha256=hash_json(found.recipe),
                    fidelity=found.run.get("fidelity"),
                    drift=found.run.get("drift"),
                )
                self._numerics[row] = {"archviz": found.recipe["archviz"], **found.recipe["numerics"]}

    def _inputs(self) -> Inputs:
        return {
            member.labels.get("design", resolved.input.name): (resolved.input_sha256, resolved.scene_sha256)
            for member, resolved in zip(self.members, self._resolved, strict=True)
            if resolved.input is not None
        }

    def _save(self) -> None:
        axes = {name: [choice.label for choice in choices] for name, choices in self._light_set.axes().items()}
        write_manifest(self.folder, axes, self._inputs(), self._records)


def _choices(member: Member, resolved: ResolvedRequest) -> dict[str, Any]:
    """What this picture shows, the open choices closed."""
    return {
        "design": member.labels.get("design"),
        "input": resolved.input.name if resolved.input is not None else None,
        "environment": resolved.environment,
        "view": resolved.view,
        "lighting": resolved.lighting,
        "when": resolved.when.isoformat() if resolved.when is not None else None,
        "seed": resolved.seed,
    }
