from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from archviz.control import CHANNELS
from archviz.core.material import FAMILY_CODES, TextureFamily
from archviz.diffusion.finisher import Finisher
from archviz.diffusion.textures import TEXTURES, draw_textures


def tiny(**changes: object) -> Finisher:
    torch.manual_seed(0)
    return Finisher(**({"widths": (8, 8, 8), "blocks": 1} | changes)).eval()  # type: ignore[arg-type]


def inputs(side: int = 48) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    shapes = (3, len(CHANNELS), len(TEXTURES))
    picture, stack, grains = (torch.randn((1, n, side, side), generator=generator) for n in shapes)
    stack[:, CHANNELS.index("given_light")] = 1
    stack[:, list(Finisher(widths=(8, 8), blocks=1).config.family_channels)] = 0
    return picture, stack, grains


def test_its_defaults_name_the_deferred_colour_of_the_stack() -> None:
    network = Finisher()
    names = [CHANNELS[i] for i in network.config.base_channels]
    assert names == ["deferred_red", "deferred_green", "deferred_blue"]
    assert CHANNELS[network.config.flag_channel] == "given_light"
    assert [CHANNELS[i] for i in network.config.family_channels] == [f"family_{i}" for i in range(4)]
    assert list(network.config.detail_family) == list(FAMILY_CODES[TextureFamily.GRASS])
    assert network.config.control_channels == len(CHANNELS)
    assert network.config.textures == len(TEXTURES)
    assert sum(p.numel() for p in network.parameters()) < 5e6


def test_before_it_has_learned_a_pixel_lies_between_draft_and_deferred_colour() -> None:
    network = tiny()
    torch.nn.init.zeros_(network.leave.weight)
    torch.nn.init.zeros_(network.leave.bias)
    picture, stack, grains = inputs()
    made = network(picture, stack, grains)
    base = stack[:, list(network.config.base_channels)]
    assert torch.allclose(made, (picture + base) / 2, atol=1e-5)
    stack[:, CHANNELS.index("given_light")] = 0
    assert torch.allclose(network(picture, stack, grains), picture)


def test_a_grain_lightens_and_darkens_what_it_lies_on_and_leaves_black_black() -> None:
    network = tiny()
    torch.nn.init.zeros_(network.leave.weight)
    torch.nn.init.zeros_(network.leave.bias)
    network.leave.bias.data[4 * 4 + 4 : 4 * 4 + 8] = 0.2
    grey, stack = torch.zeros(1, 3, 48, 48), torch.zeros(1, len(CHANNELS), 48, 48)
    grains = torch.from_numpy(draw_textures(48, 48, np.random.default_rng(0)))[None]
    made = network(grey, stack, grains)
    assert torch.allclose(made, (0.2 * 0.55 * grains[:, 1:2]).expand_as(made), atol=1e-6)
    assert (network(grey - 1, stack, grains) + 1).abs().max() < (made.abs().max() / 4)


def test_the_gain_moves_the_grain_alone() -> None:
    picture, stack, grains = inputs()
    plain, strong = tiny(), tiny(grain_gain=2.0)
    smooth, grain = plain.split(picture, stack, grains)
    laid = grain * (0.55 + 0.45 * smooth.clamp(-1, 1))
    assert laid.abs().max() > 1e-4
    assert torch.allclose(plain(picture, stack, grains), smooth + laid)
    assert torch.allclose(strong(picture, stack, grains), smooth + 2 * laid)


def test_on_grass_alone_the_deferred_colours_detail_stands_in_place_of_the_networks() -> None:
    picture, stack, grains = inputs()
    channels = list(tiny().config.base_channels)
    stack[:, list(tiny().config.family_channels)] = torch.tensor(FAMILY_CODES[TextureFamily.FOLIAGE])[:, None, None]
    lawn = (slice(None), list(tiny().config.family_channels), slice(16, 44), slice(8, 36))
    stack[lawn] = torch.tensor(FAMILY_CODES[TextureFamily.GRASS])[:, None, None]
    # A tone over the lawn that rises from left to right, and blades on it.
    stack[:, channels] = torch.linspace(-0.4, 0.4, 48) + 0.1 * torch.randn(
        1, 3, 48, 48, generator=torch.Generator().manual_seed(4)
    )
    plain, detailed = tiny(), tiny(detail_gain=1.5)
    smooth, grain = plain.split(picture, stack, grains)
    even, detail = detailed.detail(smooth, stack)
    inside = (slice(None), slice(None), slice(16, 44), slice(8, 36))
    outside = torch.ones(1, 3, 48, 48, dtype=torch.bool)
    outside[inside] = False
    assert torch.equal(even[outside], smooth[outside]) and not detail[outside].any()
    assert detail[inside].std() == pytest.approx(0.1, rel=0.1), "blades, without the tone they stand in"
    own = (smooth - even)[inside]
    around = functional.avg_pool2d(smooth, 9, stride=1, padding=4)[..., 20:40, 12:32]
    assert torch.allclose(even[..., 20:40, 12:32], around, atol=1e-6), "its own detail is gone, its tone stays"
    assert own.std() > 0.05
    expected = even + 1.5 * detail
    expected = expected + grain * (0.55 + 0.45 * expected.clamp(-1, 1))
    assert torch.allclose(detailed(picture, stack, grains), expected, atol=1e-6)
    # A lawn without blades gets none, and its border no fringe.
    stack[:, channels] = 1.0
    stack[:, channels, 16:44, 8:36] = -0.5
    assert detailed.detail(smooth, stack)[1].abs().max() < 1e-6
    # A picture whose light is not known stays as it is.
    stack[:, channels] = torch.randn(1, 3, 48, 48)
    stack[:, plain.config.flag_channel] = 0
    even, detail = detailed.detail(smooth, stack)
    assert torch.equal(even, smooth) and not detail.any()


def test_what_grows_goes_part_of_the_way_to_the_deferred_colours_tone() -> None:
    picture, stack, grains = inputs()
    channels, families = (list(of) for of in (tiny().config.base_channels, tiny().config.family_channels))
    for columns, family in ((slice(0, 16), TextureFamily.GRASS), (slice(16, 32), TextureFamily.FOLIAGE)):
        stack[:, families, :, columns] = torch.tensor(FAMILY_CODES[family])[:, None, None]
    # Each family's tone is its own up to its border.
    stack[:, channels, :, :16], stack[:, channels, :, 16:] = 0.5, -0.5
    plain, toned = tiny(), tiny(tone_share=0.6)
    smooth, _ = plain.split(picture, stack, grains)
    step = toned.tone(smooth, stack)
    assert not step[..., 32:].any()
    left = functional.avg_pool2d(smooth[..., :16], 9, stride=1, padding=4, count_include_pad=False)
    assert torch.allclose(step[..., :16], 0.5 - left, atol=1e-5)
    grainless = torch.zeros_like(grains)
    smooth, _ = plain.split(picture, stack, grainless)
    expected = smooth + 0.6 * toned.tone(smooth, stack)
    assert torch.allclose(toned(picture, stack, grainless), expected, atol=1e-5)
    # A picture whose light is not known stays as it is.
    stack[:, plain.config.flag_channel] = 0
    assert torch.equal(toned(picture, stack, grains), plain(picture, stack, grains))


def test_water_has_the_deferred_colours_detail_and_no_grain() -> None:
    picture, stack, grains = inputs()
    channels, families = (list(of) for of in (tiny().config.base_channels, tiny().config.family_channels))
    stack[:, families] = 0.0
    pond = (slice(None), slice(None), slice(16, 44), slice(8, 36))
    stack[:, families, 16:44, 8:36] = torch.tensor(FAMILY_CODES[TextureFamily.WATER])[:, None, None]
    stack[:, channels] = 0.1 * torch.randn(1, 3, 48, 48, generator=torch.Generator().manual_seed(4))
    network = tiny(grain_gain=2.0)
    smooth, grain = network.split(picture, stack, grains)
    made = network(picture, stack, grains)
    dry = torch.ones(1, 3, 48, 48, dtype=torch.bool)
    dry[pond] = False
    laid = smooth + 2 * grain * (0.55 + 0.45 * smooth.clamp(-1, 1))
    assert torch.equal(made[dry], laid[dry])
    inner = (slice(None), slice(None), slice(20, 40), slice(12, 32))
    waves = stack[:, channels]
    own = waves - functional.avg_pool2d(waves, 9, stride=1, padding=4)
    tone = functional.avg_pool2d(smooth, 9, stride=1, padding=4)
    assert torch.allclose(made[inner], (tone + own)[inner], atol=1e-6)
    # A picture whose light is not known stays as it is.
    stack[:, network.config.flag_channel] = 0
    smooth, grain = network.split(picture, stack, grains)
    assert torch.equal(network(picture, stack, grains), smooth + 2 * grain * (0.55 + 0.45 * smooth.clamp(-1, 1)))


@pytest.mark.parametrize("moved", range(3))
def test_picture_maps_and_grains_are_all_read(moved: int) -> None:
    network = tiny()
    given = inputs()
    changed = list(given)
    changed[moved] = changed[moved] + 0.5 * torch.randn(
        changed[moved].shape, generator=torch.Generator().manual_seed(2)
    )
    assert (network(*given) - network(*changed)).abs().max() > 1e-3


def test_a_crop_is_answered_as_in_the_whole_picture() -> None:
    network = tiny()
    whole = network(*inputs(128))
    part = network(*(t[..., 32:, 32:] for t in inputs(128)))
    # Away from the cut by more than it sees: three levels of small kernels.
    assert torch.allclose(whole[..., 80:, 80:], part[..., 48:, 48:], atol=1e-4)


def test_it_comes_back_from_its_folder(tmp_path: object) -> None:
    network = tiny()
    network.save_pretrained(str(tmp_path), safe_serialization=True)
    again = Finisher.from_pretrained(str(tmp_path), local_files_only=True).eval()
    assert torch.equal(again(*inputs()), network(*inputs()))
