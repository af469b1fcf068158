"""Where an engine's weights lie on this machine, and what to say when they do not."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from archviz.core.errors import FileFormatError, MissingWeightsError
from archviz.diffusion.spec import Checkpoint, EngineSpec

__all__ = ["Readiness", "check_pipeline_index", "fingerprint_weights", "find_weights", "readiness"]

_CHUNK_BYTES = 1 << 22
_LIBRARIES = ("diffusers", "transformers")


@dataclass(frozen=True)
class Readiness:
    """Whether an engine can run here.

    Parameters
    ----------
    ready
        All its weights are on this machine.
    message
        One sentence: where they are, or what is missing, its size, licence and the command that fetches it.
    """

    ready: bool
    message: str


def find_weights(spec: EngineSpec, *, weights: Path | None = None, few_step: bool = False) -> dict[str, Path]:
    """The folder of each checkpoint an engine needs; the network is never asked.

    Parameters
    ----------
    spec
        The engine.
    weights
        A folder named by the user: for `mini` the diffusers folder itself, for a large engine a folder
        that holds ``owner/name`` of each repository. The package and the hub's cache where it is ``None``.
    few_step
        Whether the few-step LoRA is needed too.

    Returns
    -------
    dict
        Folder by the checkpoint's role.

    Raises
    ------
    MissingWeightsError
        Something is not there: one message with size, licence and command.
    """
    needed = spec.needed(few_step=few_step)
    found = {c.role: folder for c in needed if (folder := _locate(c, weights)) is not None}
    missing = [c for c in needed if c.role not in found]
    if missing:
        raise MissingWeightsError(_missing_message(spec, missing, weights))
    return found


def readiness(spec: EngineSpec, *, weights: Path | None = None, few_step: bool = False) -> Readiness:
    """Whether an engine's weights are on this machine, as a sentence."""
    if spec.program is not None:
        missing = [name for name in spec.program.packages if importlib.util.find_spec(name) is None]
        if missing:
            return Readiness(False, f"{spec.id}: not installed; run: pip install {' '.join(missing)}")
        return Readiness(True, f"{spec.id}: ready, no weights needed")
    try:
        folders = find_weights(spec, weights=weights, few_step=few_step)
    except MissingWeightsError as error:
        return Readiness(False, error.message)
    return Readiness(True, f"{spec.id}: ready, {len(folders)} checkpoint{'s' if len(folders) > 1 else ''} found")


def check_pipeline_index(folder: Path, class_name: str) -> None:
    """Refuse a folder that is another pipeline, or that names classes outside diffusers and transformers.

    A ``model_index.json`` may name a Python file beside it, which diffusers would run.

    Raises
    ------
    FileFormatError
        The index cannot be read, or is not of a ``class_name`` made of library classes.
    """
    path = folder / "model_index.json"
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileFormatError(f"{path}: {error}; give a diffusers folder") from error
    if not isinstance(index, dict) or index.get("_class_name") != class_name:
        raise FileFormatError(f"{path}: not a {class_name}; give the folder of one")
    for name, entry in index.items():
        if isinstance(entry, list) and (not entry or entry[0] not in (*_LIBRARIES, None)):
            raise FileFormatError(
                f"{path}: {name} is {entry}; only classes of {' and '.join(_LIBRARIES)} are accepted, no code of others"
            )


def fingerprint_weights(spec: EngineSpec, folders: Mapping[str, Path], *, weights: Path | None = None) -> str:
    """A hash that two loadings share exactly when they loaded the same weights.

    A repository of the hub at a commit is its own content address, so its name and commit are hashed;
    of a folder the bytes are.
    """
    digest = hashlib.sha256()
    for checkpoint in spec.checkpoints:
        if checkpoint.role not in folders:
            continue
        if checkpoint.repository and weights is None:
            digest.update(f"{checkpoint.repository}@{checkpoint.revision}#{checkpoint.variant}\n".encode())
        else:
            _hash_folder(folders[checkpoint.role], digest)
    return digest.hexdigest()


def _locate(checkpoint: Checkpoint, weights: Path | None) -> Path | None:
    if checkpoint.packaged:
        folder = weights or Path(str(resources.files("archviz"))) / "weights" / checkpoint.packaged
        return folder if (folder / "model_index.json").is_file() else None
    if weights is not None:
        local = weights / checkpoint.repository
        return local if _complete(local, checkpoint) else None
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        snapshot = Path(snapshot_download(checkpoint.repository, revision=checkpoint.revision, local_files_only=True))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError):
        return None
    return snapshot if _complete(snapshot, checkpoint) else None


def _complete(folder: Path, checkpoint: Checkpoint) -> bool:
    return all((folder / name).is_file() for name in checkpoint.files)


def _missing_message(spec: EngineSpec, missing: list[Checkpoint], weights: Path | None) -> str:
    if missing[0].packaged:
        place = str(weights) if weights else f"the package's weights/{missing[0].packaged}"
        return (
            f"{spec.id}: {place} holds no model_index.json; give the diffusers folder of {spec.id}, "
            "or install archviz again"
        )
    size = sum(c.size_gb for c in missing)
    names = ", ".join(c.repository for c in missing)
    licenses = ", ".join(dict.fromkeys(c.license for c in missing))
    uses = " / ".join(dict.fromkeys(c.commercial_use for c in missing))
    where = f"in {weights} (as OWNER/NAME folders)" if weights else "on this machine"
    commands = " && ".join(
        c.fetch_command + (f' --local-dir "{weights / c.repository}"' if weights else "") for c in missing
    )
    return (
        f"{spec.id}: {size:.1f} GB of weights are not {where} ({names}; licence {licenses}; commercial use: {uses}); "
        f"fetch them with: {commands} (--engine mini works meanwhile)"
    )


def _hash_folder(folder: Path, digest: hashlib._Hash) -> None:
    # A read-me or a card beside the weights does not change a pixel.
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".safetensors", ".json", ".txt") and p.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
