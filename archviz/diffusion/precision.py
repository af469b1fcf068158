"""Device, precision, threads: what the numbers are computed with, chosen once and said."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from archviz.core.errors import OptionError

if TYPE_CHECKING:
    import torch

__all__ = ["Numerics", "Precision", "choose_numerics", "probe_capability"]

Precision = Literal["fp32", "bf16", "fp16"]
# Compute capability of Ampere, the first with bf16 (CUDA C++ Programming Guide, "Compute Capabilities").
_AMPERE = (8, 0)
# One picture at a time: in a batch of another size the same picture differs in its last bits.
_BATCH = 1


@dataclass(frozen=True, kw_only=True)
class Numerics:
    """What a loaded engine computes with.

    Parameters
    ----------
    device
        torch's name of the device.
    precision
        Number format of weights and activations.
    threads
        Threads on the processor.
    capability
        Instruction set, or the graphics card's name.
    """

    device: str
    precision: Precision
    threads: int
    capability: str

    @property
    def dtype(self) -> torch.dtype:
        """torch's name of the precision."""
        import torch

        return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[self.precision]

    def key(self) -> dict[str, str | int]:
        """The part of a numerics key that is the same for every engine: versions, hardware, batch shape."""
        import diffusers
        import torch

        from archviz import __version__

        return {
            "archviz": __version__,
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
            "device": self.device,
            "capability": self.capability,
            "precision": self.precision,
            "threads": self.threads,
            "batch": _BATCH,
        }

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Inference with the planned threads and without algorithms that differ from run to run."""
        import torch

        before = torch.get_num_threads()
        torch.set_num_threads(self.threads)
        try:
            with (
                torch.inference_mode(),
                torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False),
            ):
                yield
        finally:
            torch.set_num_threads(before)


def choose_numerics(*, device: str | None = None, threads: int | None = None, half: Precision = "fp32") -> Numerics:
    """Device, precision and threads for this machine.

    Parameters
    ----------
    device
        torch's name; the first CUDA card, else the processor, where it is ``None``.
    threads
        Threads on the processor; torch's own count where it is ``None``.
    half
        Precision on a card without bf16.

    Raises
    ------
    OptionError
        The device is not on this machine, or the thread count is not positive.
    """
    import torch

    name = _check_device(device)
    if threads is not None and threads < 1:
        raise OptionError(f"threads {threads} is not accepted; give at least 1")
    capability = probe_capability(name)
    if name.startswith("cuda"):
        precision: Precision = "bf16" if torch.cuda.get_device_capability(name) >= _AMPERE else half
    else:
        precision = "bf16" if name == "cpu" and _cpu_has_bf16() else "fp32"
    return Numerics(device=name, precision=precision, threads=threads or torch.get_num_threads(), capability=capability)


def probe_capability(device: str) -> str:
    """Instruction set of the processor as torch uses it, or the card's name."""
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    if device != "cpu":
        return device
    amx = _cpu_has_bf16() and torch.cpu._is_amx_tile_supported()
    return torch.backends.cpu.get_cpu_capability() + ("+AMX" if amx else "+BF16" if _cpu_has_bf16() else "")


def _cpu_has_bf16() -> bool:
    # Without AMX or avx512_bf16, bf16 is emulated and several times slower than fp32. The first probe
    # is oneDNN's, which heeds ONEDNN_MAX_CPU_ISA; it alone also says yes to a plain AVX-512.
    import torch

    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return False
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


def _check_device(device: str | None) -> str:
    import torch

    if device is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        kind = torch.device(device)
    except RuntimeError as error:
        raise OptionError(f"device {device!r} is not known; give cpu, cuda, cuda:N or mps") from error
    there = {
        "cpu": True,
        "cuda": (kind.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(kind.type, False):
        raise OptionError(f"device {device!r} is not on this machine; give cpu, or leave the option out")
    return device
