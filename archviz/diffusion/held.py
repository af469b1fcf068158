"""Holding a picture where it is not to be painted, step by step, in the latents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

__all__ = ["HeldLatents", "free_cells"]


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldLatents:
    """The latents of a kept picture, and where they are held.

    Parameters
    ----------
    clean
        (1, C, h, w) of the picture.
    noise
        (1, C, h, w) that sampling started from.
    free
        (1, 1, h, w) bool: cells that are painted anew.
    scheduler
        Its steps set.
    """

    clean: torch.Tensor
    noise: torch.Tensor
    free: torch.Tensor
    scheduler: Any

    def hold(self, latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        """``latents``, and outside the free cells the kept picture under the noise of ``timestep``.

        The network then sees at every step what surrounds the part, as noisy as the part itself, and what it paints
        joins on (Avrahami et al., "Blended Latent Diffusion", 2023). ``timestep`` is (1,), or (0,) after the last
        step: then the picture is held clean.
        """
        import torch

        kept = self.scheduler.add_noise(self.clean, self.noise, timestep) if len(timestep) else self.clean
        return torch.where(self.free, latents, kept)


def free_cells(repainted: NDArray[np.float32], factor: int) -> NDArray[np.bool_]:
    """(h, w) bool: the latent cells, ``factor`` pixels wide, of which any pixel is painted.

    Parameters
    ----------
    repainted
        (H, W) float32, the sides multiples of ``factor``.
    """
    height, width = repainted.shape
    cells = repainted.reshape(height // factor, factor, width // factor, factor)
    return cells.max(axis=(1, 3)) > 0
