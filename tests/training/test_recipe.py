"""What a recipe decides: each choice does what it says."""

from typing import cast

import pytest
import torch
from torch import nn

from archviz.control import CHANNELS
from archviz.training.batches import Batch
from archviz.training.denoiser import predict
from archviz.training.networks import DenoiserNetworks, build_denoiser, build_scheduler
from archviz.training.recipe import clean_latents, draw_times, pixel_latents, pixels_of, prepared
from tests.training.conftest import TINY


def batch() -> Batch:
    generator = torch.Generator().manual_seed(3)
    return Batch(
        latents=torch.randn(2, 4, 8, 8, generator=generator),
        stacks=torch.rand(2, len(CHANNELS), 64, 64, generator=generator),
        tokens=torch.tensor([[0, 5, *[1] * 14], [0, 9, *[1] * 14]]),
        pictures=torch.rand(2, 3, 64, 64, generator=generator),
    )


def answer(networks: DenoiserNetworks, given: Batch) -> torch.Tensor:
    return predict(networks, given.latents, torch.tensor([3, 800]), given)


@pytest.mark.parametrize("time", [0, 500, 999])
def test_a_velocity_says_the_picture_that_the_scheduler_takes_from_it(time: int) -> None:
    generator = torch.Generator().manual_seed(time)
    clean, noise = (torch.randn(1, 4, 8, 8, generator=generator) for _ in range(2))
    scheduler = build_scheduler("v_prediction")
    scheduler.set_timesteps(4)
    noisy = scheduler.add_noise(clean, noise, torch.tensor([time]))
    velocity = scheduler.get_velocity(clean, noise, torch.tensor([time]))
    alpha = scheduler.alphas_cumprod[time].view(1, 1, 1, 1)
    torch.testing.assert_close(clean_latents(velocity, noisy, alpha, "v_prediction"), clean, atol=1e-4, rtol=1e-4)
    said = scheduler.step(velocity, time, noisy).pred_original_sample
    torch.testing.assert_close(clean_latents(velocity, noisy, alpha, "v_prediction"), said)
    assert clean_latents(velocity, noisy, alpha, "sample") is velocity


def test_pixels_are_folded_and_come_back() -> None:
    pictures = batch().pictures
    folded = pixel_latents(pictures)
    assert folded.shape == (2, 192, 8, 8)
    torch.testing.assert_close(pixels_of(folded), 2 * pictures - 1)
    # Every level is within two deviations of the noise that hides it.
    assert pixel_latents(torch.ones(1, 3, 8, 8)).max() == 2


def test_times_are_drawn_as_they_are_called() -> None:
    drawn = {
        times: draw_times(times, 4000, torch.Generator().manual_seed(0))
        for times in ("visited", "uniform", "logit-normal", "noise")
    }
    assert all(0 <= times.min() and times.max() <= 999 for times in drawn.values())
    assert (drawn["noise"] == 999).all()
    on_steps = {name: float(((times + 1) % 125 == 0).float().mean()) for name, times in drawn.items()}
    assert on_steps["visited"] == pytest.approx(0.5, abs=0.03) and on_steps["uniform"] < 0.02
    # Half of a logit-normal lies where its logit is within 0.674: between 337 and 662.
    quarter, half, rest = (float(drawn["logit-normal"].float().quantile(q)) for q in (0.25, 0.5, 0.75))
    assert (quarter, half, rest) == (pytest.approx(337, abs=15), pytest.approx(500, abs=15), pytest.approx(662, abs=15))


def test_an_ordinary_map_encoder_hears_noise_time_and_text() -> None:
    from dataclasses import replace

    torch.manual_seed(0)
    networks = build_denoiser(replace(TINY, independent_encoder=False))
    stack, noise, text = torch.rand(1, len(CHANNELS), 64, 64), torch.randn(1, 4, 8, 8), torch.randn(1, 16, 32)

    def residual(noise: torch.Tensor, time: int, text: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            made = networks.controlnet(noise, torch.tensor([time]), text, stack, return_dict=False)
        return cast(torch.Tensor, made[1])

    plain = residual(noise, 3, text)
    assert not torch.equal(plain, residual(-noise, 3, text))
    assert not torch.equal(plain, residual(noise, 990, text))
    assert not torch.equal(plain, residual(noise, 3, -text))


def test_bf16_computes_in_halves_and_teaches_whole_weights() -> None:
    torch.manual_seed(0)
    networks = build_denoiser(TINY)
    given = batch()
    exact = answer(networks, given)
    made = answer(prepared(networks, "bf16"), given)
    assert made.dtype == torch.bfloat16
    error = (made.float() - exact).abs().max() / exact.abs().max()
    assert 0 < error < 0.05
    made.float().square().mean().backward()  # type: ignore[no-untyped-call]
    for parameter in networks.parameters():
        assert parameter.dtype == torch.float32
    gradients = [p.grad for module in networks.modules().values() for p in module.parameters() if p.grad is not None]
    assert len(gradients) > 100 and all(g.dtype == torch.float32 for g in gradients)


def test_compiled_networks_have_the_same_parameters() -> None:
    networks = build_denoiser(TINY)
    compiled = prepared(networks, "compiled")
    assert isinstance(compiled.unet, torch._dynamo.eval_frame.OptimizedModule)
    assert isinstance(compiled.controlnet, torch._dynamo.eval_frame.OptimizedModule)
    owned = {id(p) for module in networks.modules().values() for p in cast(nn.Module, module).parameters()}
    called = {id(p) for module in compiled.modules().values() for p in cast(nn.Module, module).parameters()}
    assert owned == called
    assert prepared(networks, "autocast") is networks
