"""The TOML file of an engine, read into an :class:`archviz.diffusion.spec.EngineSpec`."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType

from archviz.core.errors import FileFormatError
from archviz.diffusion.spec import Checkpoint, EngineSpec, Program, Sampling, SizeRule, StartPicture
from archviz.diffusion.table import Table

__all__ = ["read_spec"]

FAMILIES = ("mini", "clay", "sd15", "sdxl-union")
FINISHES = ("materials", "white", "deferred")
FREEDOMS = ("strict", "balanced", "free")
CONTROLS = ("stack", "depth", "edges", "normals")
ROLES = ("base", "depth", "edges", "union", "few-step")
# Those that run in the pipelines used here; a flow-matching scheduler does not.
SCHEDULERS = ("UniPCMultistepScheduler", "DPMSolverMultistepScheduler", "DDIMScheduler", "LCMScheduler")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


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
