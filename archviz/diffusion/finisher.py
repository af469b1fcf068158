"""The last stage of `mini`: the decoded picture and the maps it was made from, at full resolution.

An autoencoder that reduces a picture eightfold cannot keep the bars of a window; the maps hold them to
the pixel. This network reads both and gives the picture in which edges stand where the geometry has
them. It has no normalisation, so that a crop and a whole picture are answered alike.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn
from torch.nn import functional

__all__ = ["Finisher"]

_SHUFFLE = 2
# Codes of texture families differ by 1 in some channel.
_SAME_CODE = 0.5
# What is narrower than this is a blade's; what is wider is the lawn's light and colour, which the network knows.
_WINDOW_PX = 9


class _Block(nn.Module):
    """Two convolutions around a rectifier, added to what they read."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        # A residual branch that starts small keeps the signal's size through any depth.
        self.second.weight.data.mul_(0.2)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(functional.relu(self.first(functional.relu(x))))


class Finisher(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """A U-shaped residual network from picture, control stack and grains to the finished picture.

    It answers with what is added, with the share of the deferred colour, and with how much of each grain
    stands where; a grain lightens and darkens the colour it lies on.

    Parameters
    ----------
    control_channels
        Channels of the control stack.
    textures
        How many grains there are, see :data:`archviz.diffusion.textures.TEXTURES`.
    base_channels, flag_channel
        Channels of the stack that hold the deferred colour, from which pixels may be taken as they are, and
        the one that says whether it is given.
    widths
        Channels at a half, a quarter, an eighth and a sixteenth of the picture's sides.
    blocks
        Residual blocks of each level on the way down and on the way up.
    grain_gain
        Factor of the grains outside training: what a network is trained to expect of texture is less than
        any one picture has, see :mod:`archviz.training.grain`.
    family_channels, detail_family
        Channels of the stack that hold the texture family, and the code of the one whose blades the network
        softens away.
    detail_gain
        How much of the deferred colour's own detail stands on that family in place of the network's, fitted as the
        grains are; 0 leaves the network's.
    tone_families, tone_share
        Codes of those whose brightness the networks miss, and how far it is moved towards the deferred colour's,
        fitted on training pictures.
    mirror_family
        Code of the one that mirrors: there all of the deferred colour's detail stands in place of the network's, and
        no grain. What the network makes of water is a lattice.
    """

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(
        self,
        control_channels: int = 36,
        textures: int = 6,
        base_channels: tuple[int, int, int] = (26, 27, 28),
        flag_channel: int = 34,
        widths: tuple[int, ...] = (48, 80, 128, 160),
        blocks: int = 2,
        grain_gain: float = 1.0,
        family_channels: tuple[int, ...] = (19, 20, 21, 22),
        detail_family: tuple[int, ...] = (0, 0, 1, 1),
        detail_gain: float = 0.0,
        tone_families: tuple[tuple[int, ...], ...] = ((0, 0, 1, 1), (0, 1, 0, 1)),
        tone_share: float = 0.0,
        mirror_family: tuple[int, ...] = (1, 1, 1, 1),
    ) -> None:
        super().__init__()
        inputs = (3 + control_channels + textures) * _SHUFFLE**2
        self.enter = nn.Conv2d(inputs, widths[0], 3, padding=1)
        self.down = nn.ModuleList(
            nn.Conv2d(wide, deep, 4, stride=2, padding=1) for wide, deep in itertools.pairwise(widths)
        )
        self.up = nn.ModuleList(nn.Conv2d(deep, wide, 1) for wide, deep in itertools.pairwise(widths))
        self.encode = nn.ModuleList(_blocks(width, blocks) for width in widths)
        self.decode = nn.ModuleList(_blocks(width, blocks) for width in widths[:-1])
        self.leave = nn.Conv2d(widths[0], (4 + textures) * _SHUFFLE**2, 3, padding=1)
        self.leave.weight.data.mul_(0.1)

    @property
    def multiple_of(self) -> int:
        """What both sides of a picture must be a multiple of [pixels]."""
        return int(_SHUFFLE * 2 ** len(self.down))

    def forward(self, picture: torch.Tensor, stack: torch.Tensor, textures: torch.Tensor) -> torch.Tensor:
        """The finished picture.

        Parameters
        ----------
        picture
            (n, 3, H, W) in [-1, 1], decoded.
        stack
            (n, C, H, W) control stack.
        textures
            (n, K, H, W) of mean 0 and deviation 1.

        Returns
        -------
        Tensor
            (n, 3, H, W), about [-1, 1].
        """
        smooth, grain = self.split(picture, stack, textures)
        tone = self.config.tone_share * self.tone(smooth, stack) if self.config.tone_share else 0.0
        if self.config.detail_gain:
            even, detail = self.detail(smooth, stack)
            smooth = even + self.config.detail_gain * detail
        water = self._shown(stack, self.config.mirror_family)
        even, detail = self._exchanged(smooth, stack, water)
        smooth, grain = even + detail + tone, grain * (1 - water)
        # In display colour: a black leaf has no lighter side.
        return smooth + self.config.grain_gain * grain * (0.55 + 0.45 * smooth.clamp(-1, 1))

    def split(
        self, picture: torch.Tensor, stack: torch.Tensor, textures: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What :meth:`forward` puts together: the smooth picture (n, 3, H, W) and the grain on it (n, 1, H, W)."""
        read = torch.cat([picture, stack, textures], 1).to(self.enter.weight.dtype)
        x = self.enter(functional.pixel_unshuffle(read, _SHUFFLE))
        skips = []
        for level, blocks in enumerate(self.encode):
            x = blocks(x)
            if level < len(self.down):
                skips.append(x)
                x = self.down[level](x)
        for level in reversed(range(len(self.down))):
            x = functional.interpolate(self.up[level](x), scale_factor=2.0, mode="nearest") + skips[level]
            x = self.decode[level](x)
        # What is added may be coarse; the picture itself keeps the precision it came in.
        made = functional.pixel_shuffle(self.leave(x), _SHUFFLE).to(picture.dtype)
        flag = self.config.flag_channel
        share = torch.sigmoid(made[:, 3:4]) * stack[:, flag : flag + 1]
        base = stack[:, list(self.config.base_channels)]
        smooth = picture + share * (base - picture) + made[:, :3]
        return smooth, (made[:, 4:] * textures).sum(1, keepdim=True)

    def detail(self, smooth: torch.Tensor, stack: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The smooth picture (n, 3, H, W) with the detailed family evened out, and the maps' own detail of it."""
        return self._exchanged(smooth, stack, self._shown(stack, self.config.detail_family))

    def tone(self, smooth: torch.Tensor, stack: torch.Tensor) -> torch.Tensor:
        """(n, 3, H, W) from the toned families' means to the deferred colour's, each in windows of its own."""
        step = torch.zeros_like(smooth)
        for code in self.config.tone_families:
            shown = self._shown(stack, code)
            if not shown.any():
                continue
            weight = _around(shown).clamp(min=1e-6)
            step = step + _around((stack[:, list(self.config.base_channels)] - smooth) * shown) / weight * shown
        return step

    def _shown(self, stack: torch.Tensor, code: tuple[int, ...]) -> torch.Tensor:
        """(n, 1, H, W) 1 where a family is that the deferred colour shows."""
        wanted = stack.new_tensor(code)[:, None, None]
        family = (stack[:, list(self.config.family_channels)] - wanted).abs().amax(1, keepdim=True) < _SAME_CODE
        flag = self.config.flag_channel
        return family * stack[:, flag : flag + 1]

    def _exchanged(
        self, smooth: torch.Tensor, stack: torch.Tensor, shown: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """A picture evened out where ``shown``, and what the maps have of detail there.

        Both are told from the mean over those of these pixels that lie in a window around each.
        """
        if not shown.any():
            return smooth, torch.zeros_like(smooth)
        weight = _around(shown).clamp(min=1e-6)

        def apart(values: torch.Tensor) -> torch.Tensor:
            return (values - _around(values * shown) / weight) * shown

        return smooth - apart(smooth), apart(stack[:, list(self.config.base_channels)])


def _around(values: torch.Tensor) -> torch.Tensor:
    """Mean over a window, of the border's pixels over the part within the picture; a mean of rows, then of columns."""
    half = _WINDOW_PX // 2
    for window, padding in (((1, _WINDOW_PX), (0, half)), ((_WINDOW_PX, 1), (half, 0))):
        values = functional.avg_pool2d(values, window, stride=1, padding=padding, count_include_pad=False)
    return values


def _blocks(width: int, count: int) -> Any:
    return nn.Sequential(*(_Block(width) for _ in range(count)))
