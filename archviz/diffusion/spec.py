"""Engines as data: one TOML file each, read into frozen values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.size import Size
from archviz.diffusion.table import Table

__all__ = [
    "FAMILIES",
    "SCHEDULERS",
    "Checkpoint",
    "EngineSpec",
    "Program",
    "Sampling",
    "SizeRule",
    "StartPicture",
    "read_spec",
]

FAMILIES = ("mini", "clay", "sd15", "sdxl-union")
FINISHES = ("materials", "white", "deferred")
FREEDOMS = ("strict", "balanced", "free")
CONTROLS = ("stack", "depth", "edges", "normals")
ROLES = ("base", "depth", "edges", "union", "few-step")
# Those that run in the pipelines used here; a flow-matching scheduler does not.
SCHEDULERS = ("UniPCMultistepScheduler", "DPMSolverMultistepScheduler", "DDIMScheduler", "LCMScheduler")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


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


def read_spec(path: Path) -> EngineSpec:
    """Read one engine file.

    Raises
    ------
    FileFormatError
        A key is unknown, missing or out of range; the message names file, table and key.
    """
    table = Table.load(path)
    names = table.take_table("names").rest()
    if "en" not in names:
        raise FileFormatError(f"{path.name} [names]: en is missing; give text")
    size = _read_size(table.take_table("size"))
    sampling_table = table.take_table("sampling")
    most_steps = sampling_table.take_count("most_steps", 1, 1000)
    spec = EngineSpec(
        id=table.take_choice("id", (path.stem,)),
        names=MappingProxyType(names),
        family=table.take_choice("family", FAMILIES),
        controls=table.take_texts("controls"),
        memory_gb=table.take_number("memory_gb", 0.1, 1000),
        size=size,
        sampling=_read_sampling(sampling_table, most_steps),
        few_step=_read_sampling(table.take_table("few_step"), most_steps) if table.has("few_step") else None,
        most_steps=most_steps,
        checkpoints=_read_checkpoints(table, path.name),
        program=_read_program(table.take_table("program")) if table.has("program") else None,
        start=_read_start(table.take_table("start")) if table.has("start") else None,
    )
    table.close()
    _check_together(spec, path.name)
    return spec


def _read_size(table: Table) -> SizeRule:
    rule = SizeRule(
        native=table.take_size("native"),
        multiple_of=table.take_count("multiple_of", 1, 256),
        smallest=table.take_count("smallest", 1, 16_384),
        largest=table.take_count("largest", 1, 16_384),
    )
    table.close()
    return rule


def _read_sampling(table: Table, most_steps: int) -> Sampling:
    sampling = Sampling(
        steps=table.take_count("steps", 1, most_steps),
        guidance_scale=table.take_number("guidance_scale", 0, 30) if table.has("guidance_scale") else None,
        scheduler=table.take_choice("scheduler", SCHEDULERS) if table.has("scheduler") else None,
    )
    table.close()
    return sampling


def _read_program(table: Table) -> Program:
    program = Program(
        packages=table.take_texts("packages"),
        license=table.take("license", str),
        commercial_use=table.take("commercial_use", str),
    )
    table.close()
    return program


def _read_start(table: Table) -> StartPicture:
    start = StartPicture(
        finish=table.take_choice("finish", FINISHES),
        passes=table.take_count("passes", 1, 1000) if table.has("passes") else None,
        strengths=MappingProxyType({name: table.take_number(name, 0, 1) for name in FREEDOMS}),
    )
    table.close()
    return start


def _read_checkpoints(table: Table, file: str) -> tuple[Checkpoint, ...]:
    if not table.has("checkpoints"):
        return ()
    return tuple(_read_checkpoint(t, file) for t in table.take_tables("checkpoints"))


def _read_checkpoint(table: Table, file: str) -> Checkpoint:
    checkpoint = Checkpoint(
        role=table.take_choice("role", ROLES),
        license=table.take("license", str),
        commercial_use=table.take("commercial_use", str),
        size_gb=table.take_number("size_gb", 0, 1000),
        packaged=table.take_or("packaged", str, "") or "",
        repository=table.take_or("repository", str, "") or "",
        revision=table.take_or("revision", str, "") or "",
        variant=table.take_or("variant", str, "") or "",
        files=table.take_texts("files") if table.has("files") else (),
    )
    table.close()
    where = f"{file} [[checkpoints]] {checkpoint.role}"
    if bool(checkpoint.packaged) == bool(checkpoint.repository):
        raise FileFormatError(f"{where}: give packaged or repository, one of them")
    if checkpoint.repository:
        if not _REPOSITORY.fullmatch(checkpoint.repository):
            raise FileFormatError(f"{where}: repository = {checkpoint.repository!r} is not owner/name")
        if not _COMMIT.fullmatch(checkpoint.revision):
            raise FileFormatError(f"{where}: revision = {checkpoint.revision!r} is not a commit of 40 hex digits")
        if not checkpoint.files:
            raise FileFormatError(f"{where}: files is missing; give a list of texts")
        if unsafe := [f for f in checkpoint.files if not f.endswith((".safetensors", ".json"))]:
            raise FileFormatError(f"{where}: files holds {unsafe[0]!r}; only .safetensors and .json are accepted")
    return checkpoint


def _check_together(spec: EngineSpec, file: str) -> None:
    if unknown := [c for c in spec.controls if c not in CONTROLS]:
        raise FileFormatError(f"{file}: controls holds {unknown[0]!r}; accepted: {', '.join(CONTROLS)}")
    roles = [c.role for c in spec.checkpoints]
    if (spec.program is None) != bool(roles):
        raise FileFormatError(f"{file}: give [program] or [[checkpoints]], one of them")
    if (spec.family == "clay") != (spec.program is not None) or (spec.program is not None and spec.start is None):
        raise FileFormatError(f"{file}: family clay has [program] and [start], and no other family has [program]")
    if roles and (roles.count("base") != 1 or len(set(roles)) != len(roles)):
        raise FileFormatError(f"{file} [[checkpoints]]: roles are {roles}; give base and each other role at most once")
    if ("few-step" in roles) != (spec.few_step is not None):
        raise FileFormatError(f"{file}: [few_step] and the checkpoint few-step go together; give both or none")
