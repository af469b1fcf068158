"""The training loops: they learn, resume bit for bit, and write a folder that diffusers loads."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import CLIPTokenizer

from archviz.control import CHANNELS, drop_groups
from archviz.core.errors import OptionError
from archviz.training.adopt import adopt
from archviz.training.autoencoder import load_autoencoder, train_autoencoder
from archviz.training.batches import draw_batch
from archviz.training.checkpoint import load_state
from archviz.training.decoder import train_decoder
from archviz.training.denoiser import REGRESSION, load_denoiser, predict, train_denoiser
from archviz.training.encode import encode_pictures
from archviz.training.export import export, export_regression
from archviz.training.networks import DenoiserNetworks, build_denoiser, encode_text, load_tokenizer
from archviz.training.pairs import PairStore, join_stack, mirror_stack, split_stack
from tests.training.conftest import TINY


def test_stacks_survive_the_data_set_and_mirroring_twice_changes_nothing() -> None:
    stack = np.random.default_rng(0).uniform(-1, 1, (len(CHANNELS), 8, 8)).astype(np.float32)
    read = join_stack(*split_stack(stack))
    assert np.abs(read - stack).max() <= 0.5 / 127 + 1e-6
    np.testing.assert_array_equal(mirror_stack(mirror_stack(stack)), stack)
    assert np.all(
        mirror_stack(stack)[CHANNELS.index("normal_right"), :, 0] == -stack[CHANNELS.index("normal_right"), :, -1]
    )


def test_dropping_a_group_clears_its_channels_and_its_flag_only() -> None:
    stack = np.ones((len(CHANNELS), 2, 2), dtype=np.float32)
    dropped = drop_groups(stack, {"light"})
    cleared = {name for name, plane in zip(CHANNELS, dropped, strict=True) if not plane.any()}
    assert {"sun_shading", "deferred_red", "sun_elevation", "given_light"} <= cleared
    assert len(cleared) == 9


def test_the_map_encoder_sees_neither_noise_nor_time_nor_text() -> None:
    torch.manual_seed(0)
    networks = build_denoiser(TINY)
    stack = torch.rand(1, len(CHANNELS), 64, 64)
    with torch.inference_mode():
        made = [
            networks.controlnet(
                torch.randn(1, 4, 8, 8), torch.tensor([time]), torch.randn(1, 16, 32), stack, return_dict=False
            )
            for time in (3, 990)
        ]
    for first, second in zip([*made[0][0], made[0][1]], [*made[1][0], made[1][1]], strict=True):
        assert torch.equal(first, second)
        assert first.abs().max() > 0


def test_the_tokenizer_keeps_every_letter_and_marks_the_ends(cache: Path) -> None:
    tokenizer = load_tokenizer(cache / "tokenizer", TINY)
    ids = encode_text(tokenizer, ["villa, noon", "đêm"])
    assert ids.shape == (2, TINY.text_tokens)
    assert ids[0, 0] == 0 and ids[0, -1] == 1
    assert tokenizer.decode(ids[0], skip_special_tokens=True).strip() == "villa , noon"
    assert tokenizer.decode(ids[1], skip_special_tokens=True).strip() == "đêm"


def _run(cache: Path) -> None:
    train_autoencoder(cache, steps=6, batch=2, side=32, config=TINY, until=3)
    train_autoencoder(cache, steps=6, batch=2, side=32, config=TINY)
    encode_pictures(cache, config=TINY)
    train_denoiser(cache, steps=10, batch=2, side=8, config=TINY, until=5)
    train_denoiser(cache, steps=10, batch=2, side=8, config=TINY)
    train_decoder(cache, steps=4, batch=2, side=8, config=TINY, until=2)
    train_decoder(cache, steps=4, batch=2, side=8, config=TINY)


@pytest.mark.slow
def test_a_stopped_training_ends_where_an_unstopped_one_does_and_diffusers_loads_it(
    cache: Path, tmp_path: Path
) -> None:
    _run(cache)
    stopped = load_state(cache / "denoiser.pt")
    stopped_autoencoder = load_state(cache / "autoencoder.pt")
    stopped_decoder = load_state(cache / "decoder.pt")
    for name in ("denoiser.pt", "autoencoder.pt", "decoder.pt"):
        (cache / name).unlink()
    train_autoencoder(cache, steps=6, batch=2, side=32, config=TINY)
    encode_pictures(cache, config=TINY)
    train_denoiser(cache, steps=10, batch=2, side=8, config=TINY)
    before = load_autoencoder(cache, TINY).state_dict()
    train_decoder(cache, steps=4, batch=2, side=8, config=TINY)
    straight = load_state(cache / "denoiser.pt")
    straight_autoencoder = load_state(cache / "autoencoder.pt")
    assert stopped is not None and straight is not None
    assert stopped_autoencoder is not None and straight_autoencoder is not None
    straight_decoder = load_state(cache / "decoder.pt")
    assert stopped_decoder is not None and straight_decoder is not None
    for one, other in (
        (stopped, straight),
        (stopped_autoencoder, straight_autoencoder),
        (stopped_decoder, straight_decoder),
    ):
        assert one["step"] == other["step"]
        assert all(torch.equal(a, b) for a, b in zip(one["average"], other["average"], strict=True))
    folder = tmp_path / "mini"
    export(cache, folder, TINY)
    # A phrase that no picture showed is not in the released vocabulary.
    assert json.loads((folder / "vocabulary.json").read_text()) == {"noon": "noon", "trưa": "noon"}
    from diffusers import StableDiffusionControlNetPipeline

    pipeline = StableDiffusionControlNetPipeline.from_pretrained(folder, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    networks, step = load_denoiser(cache, TINY)
    assert step == 10
    batch = draw_batch(
        PairStore(cache, split="holdout", having="latents.npy"), pipeline.tokenizer, seed=0, step=0, count=1, side=8
    )
    with torch.inference_mode():
        expected = predict(networks, torch.zeros(1, 4, 8, 8), torch.tensor([999]), batch)
        latents = torch.zeros(1, 4, 8, 8)
        made = pipeline(
            prompt_embeds=pipeline.text_encoder(batch.tokens)[0],
            image=batch.stacks,
            latents=latents,
            num_inference_steps=1,
            guidance_scale=1.0,
            output_type="latent",
        ).images
    torch.testing.assert_close(made, expected, atol=0.02, rtol=0.02)
    released = load_autoencoder(cache, TINY)
    assert released.config.latent_channels == 4
    # The decoder was trained again, the encoder was not.
    changed = {k.split(".")[0] for k, v in released.state_dict().items() if not torch.equal(v, before[k])}
    assert changed == {"decoder"}
    _go_on_from(folder, tmp_path / "elsewhere")
    _regress(cache, folder, tmp_path / "regression")


def _regress(cache: Path, release: Path, folder: Path) -> None:
    """The regression starts from the denoiser, learns from pure noise alone, and stands in a release's place."""
    denoiser = (cache / "denoiser.pt").read_bytes()
    train_denoiser(
        cache, steps=40, batch=2, side=8, rate=2e-3, config=TINY, name="regression", recipe=REGRESSION, until=0
    )
    train_denoiser(cache, steps=40, batch=2, side=8, rate=2e-3, config=TINY, name="regression", recipe=REGRESSION)
    assert (cache / "denoiser.pt").read_bytes() == denoiser
    (before, _), (after, step) = load_denoiser(cache, TINY), load_denoiser(cache, TINY, name="regression")
    assert step == 40
    batch = draw_batch(
        PairStore(cache, split="train", having="latents.npy"), load_tokenizer(cache / "tokenizer", TINY),
        seed=7, step=0, count=4, side=8,
    )  # fmt: skip
    noise = torch.randn(batch.latents.shape, generator=torch.Generator().manual_seed(0))

    def error(networks: DenoiserNetworks, time: int) -> float:
        with torch.inference_mode():
            made = predict(networks, noise, torch.full((4,), time), batch)
        return float(((made - batch.latents) ** 2).mean())

    assert error(after, 999) < 0.9 * error(before, 999)
    export_regression(cache, release, folder, TINY)
    from safetensors.torch import load_file

    same, other = (folder / part / "diffusion_pytorch_model.safetensors" for part in ("vae", "unet"))
    assert same.read_bytes() == (release / "vae" / same.name).read_bytes()
    for name, value in load_file(other).items():
        assert torch.equal(value, after.unet.state_dict()[name].half())


def _go_on_from(folder: Path, cache: Path) -> None:
    """A cache that adopts a release has its weights and words, and is not overwritten."""
    cache.mkdir()
    adopt(cache, folder, TINY)
    networks, step = load_denoiser(cache, TINY)
    assert step == 0
    from safetensors.torch import load_file

    weights = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    for name, value in networks.unet.state_dict().items():
        assert torch.equal(value, weights[name].float())
    tokenizers = [load_tokenizer(cache / "tokenizer", TINY), CLIPTokenizer.from_pretrained(folder / "tokenizer")]
    ids = [tokenizer("villa, brick walls, đêm").input_ids for tokenizer in tokenizers]
    assert ids[0] == ids[1]
    with pytest.raises(OptionError, match="already"):
        adopt(cache, folder, TINY)
