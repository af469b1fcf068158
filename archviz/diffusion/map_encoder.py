"""The ControlNet of `mini`: an encoder of the control stack that sees neither noise nor time nor text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

__all__ = ["MapEncoder", "Residuals"]


@dataclass(frozen=True, eq=False)
class Residuals:
    """What the encoder adds inside the UNet, at any step."""

    down: tuple[torch.Tensor, ...]
    mid: torch.Tensor

    def arguments(self) -> dict[str, Any]:
        """How the UNet takes them; from a list of its own each time, since it empties that."""
        return {"down_block_additional_residuals": list(self.down), "mid_block_additional_residual": self.mid}

    def equals(self, other: Residuals) -> bool:
        """Whether both are the same, bit for bit."""
        import torch

        pairs = zip((*self.down, self.mid), (*other.down, other.mid), strict=True)
        return all(torch.equal(a, b) for a, b in pairs)


class MapEncoder:
    """A ``ControlNetModel`` that is run once a picture.

    Parameters
    ----------
    controlnet
        As diffusers loaded it.
    place
        Brings a tensor to the network's device and precision.
    factor
        Pixels along a side of a latent cell.
    text
        (1, n, c) embedding that is handed over, since the network takes one as an argument.
    """

    def __init__(
        self, controlnet: Any, *, place: Callable[[torch.Tensor], torch.Tensor], factor: int, text: torch.Tensor
    ) -> None:
        self._controlnet, self._place, self._factor, self._text = controlnet, place, factor, text

    @property
    def channels(self) -> int:
        """Channels of the control stack the weights were trained on."""
        return int(self._controlnet.config.conditioning_channels)

    def encode(self, stack: NDArray[np.float32], scale: float) -> Residuals:
        """What a (C, H, W) control stack adds, at a strength."""
        import torch

        controls = self._place(torch.tensor(stack)[None])
        noise = controls.new_zeros(self._latent_shape(*stack.shape[1:]))
        return self._run(noise, 0, self._text, controls, scale)

    def what_else_it_reads(self, side_px: int) -> str | None:
        """The noise, the timestep or the text, if the answer depends on one of them.

        Zeros of ``conv_in`` and of the time embedding's last layer are how training makes it so; what the engine rests
        on is the answer itself, so that is compared.
        """
        import torch

        generator = torch.Generator("cpu").manual_seed(0)
        controls = self._place(torch.randn((1, self.channels, side_px, side_px), generator=generator))
        latent = self._latent_shape(side_px, side_px)
        noises = [self._place(torch.randn(latent, generator=generator)) for _ in range(2)]
        first = self._run(noises[0], 999, self._text, controls, 1.0)
        for name, noise, timestep, text in (
            ("the noise", noises[1], 999, self._text),
            ("the timestep", noises[0], 1, self._text),
            ("the text", noises[0], 999, self._text + 1),
        ):
            if not self._run(noise, timestep, text, controls, 1.0).equals(first):
                return name
        return None

    def _latent_shape(self, height_px: int, width_px: int) -> tuple[int, int, int, int]:
        return 1, int(self._controlnet.config.in_channels), height_px // self._factor, width_px // self._factor

    def _run(
        self, noise: torch.Tensor, timestep: int, text: torch.Tensor, controls: torch.Tensor, scale: float
    ) -> Residuals:
        down, mid = self._controlnet(
            noise,
            timestep,
            encoder_hidden_states=text,
            controlnet_cond=controls,
            conditioning_scale=scale,
            return_dict=False,
        )
        return Residuals(tuple(down), mid)
