"""Engines as data: what an engine is, needs and takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archviz.core.errors import OptionError
from archviz.core.size import Size

__all__ = [
    "Checkpoint",
    "EngineSpec",
    "Program",
    "Sampling",
    "SizeRule",
    "StartPicture",
]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Weights an engine needs: in the package, or in a repository of the hub at one commit.

    Parameters
    ----------
    role
        What they are for: ``base``, ``depth``, ``edges``, ``union`` or ``few-step``.
    license, commercial_use
        As the repository's page states them.
    size_gb
        Size of the files fetched [GB].
    packaged
        Folder under ``archviz/weights``, where they come with the package.
    repository, revision
        ``owner/name`` and the commit, where they come from the hub.
    variant
        Which precision of the files is used; empty for the plain one.
    files
        Files that must be there, beside the small JSON and text files.
    """

    role: str
    license: str
    commercial_use: str
    size_gb: float
    packaged: str = ""
    repository: str = ""
    revision: str = ""
    variant: str = ""
    files: tuple[str, ...] = ()

    @property
    def fetch_command(self) -> str:
        """The command that fetches exactly these files into the hub's cache."""
        wanted = ["*.json", "*.txt", *(f for f in self.files if not f.endswith(".json"))]
        patterns = " ".join(f'--include "{pattern}"' for pattern in wanted)
        return f"hf download {self.repository} --revision {self.revision} {patterns}"


@dataclass(frozen=True, kw_only=True)
class SizeRule:
    """Picture sizes an engine takes.

    Parameters
    ----------
    native
        What it was trained at.
    multiple_of
        Sides it computes at; a picture in between is padded and cropped.
    smallest, largest
        Limits of either side [pixels].
    """

    native: Size
    multiple_of: int
    smallest: int
    largest: int

    def padded(self, size: Size) -> Size:
        """The size computed for a picture of ``size``: rounded up, so that nothing is scaled."""
        step = self.multiple_of
        return Size(height=-(-size.height // step) * step, width=-(-size.width // step) * step)


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How an engine samples when nothing else is asked.

    Parameters
    ----------
    steps
        Denoising steps.
    guidance_scale
        Classifier-free guidance; ``None`` where the engine has none.
    scheduler
        diffusers' class; ``None`` for the one saved with the weights.
    """

    steps: int
    guidance_scale: float | None
    scheduler: str | None


@dataclass(frozen=True, kw_only=True)
class Program:
    """What an engine without weights is made of.

    Parameters
    ----------
    packages
        Python packages it computes with.
    license, commercial_use
        As their authors state them.
    """

    packages: tuple[str, ...]
    license: str
    commercial_use: str


@dataclass(frozen=True, kw_only=True)
class StartPicture:
    """The lit picture that an engine starts from.

    Parameters
    ----------
    finish
        ``materials``: path-traced, surfaces in their base colours; ``white``: path-traced, all but glass
        and water white; ``deferred``: the deferred colour that the control stack holds, nothing traced.
    passes
        Path-tracing passes; ``None`` for the steps of the request, where the picture is the clay itself.
    strengths
        By how freely the geometry may be treated (``strict``, ``balanced``, ``free``): how much of the
        start picture is painted over, from 0 not at all to 1, where it is not made.
    """

    finish: str
    passes: int | None
    strengths: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """What an engine is, needs and takes.

    Parameters
    ----------
    id
        The name it is chosen by.
    names
        Display name by language (``en``, ``vi``).
    family
        Which adapter runs it.
    controls
        Control maps it obeys, the names of ``--control``.
    memory_gb
        Memory it works in [GB].
    size
        Picture sizes.
    sampling, few_step
        Default sampling, and the sampling with the few-step LoRA where there is one.
    most_steps
        Most denoising steps accepted.
    checkpoints
        Its weights.
    program
        What it is made of where it has no weights; ``None`` otherwise.
    start
        The lit picture it starts from; ``None`` where it starts from noise alone.
    """

    id: str
    names: Mapping[str, str]
    family: str
    controls: tuple[str, ...]
    memory_gb: float
    size: SizeRule
    sampling: Sampling
    few_step: Sampling | None
    most_steps: int
    checkpoints: tuple[Checkpoint, ...]
    program: Program | None
    start: StartPicture | None

    def needed(self, *, few_step: bool = False) -> tuple[Checkpoint, ...]:
        """The checkpoints to load, without the LoRA unless it is asked for.

        Raises
        ------
        OptionError
            The engine has no few-step LoRA.
        """
        if few_step and self.few_step is None:
            raise OptionError(f"{self.id} has no few-step LoRA; leave the option out")
        return tuple(c for c in self.checkpoints if few_step or c.role != "few-step")

    @property
    def pixel_by_pixel(self) -> bool:
        """Whether its pictures take each pixel from maps of one ray a pixel, so that outlines have stairs."""
        return self.start is not None and self.start.finish == "deferred"

    @property
    def license(self) -> str:
        """Licences of all its weights, or of its program, each once."""
        return "; ".join(dict.fromkeys(c.license for c in self._parts))

    @property
    def commercial_use(self) -> str:
        """What the licences say of commercial use, the most restrictive line first."""
        return "; ".join(sorted(dict.fromkeys(c.commercial_use for c in self._parts), key=len, reverse=True))

    @property
    def _parts(self) -> tuple[Checkpoint | Program, ...]:
        return self.checkpoints if self.program is None else (self.program,)
