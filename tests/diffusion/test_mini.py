from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionControlNetImg2ImgPipeline, StableDiffusionControlNetPipeline

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.maps import ColorMap
from archviz.core.size import Size
from archviz.diffusion import Controls, DiffusionRequest, StepReport, engine_specs
from archviz.diffusion.mini import MiniEngine, load_mini
from archviz.diffusion.precision import Numerics
from archviz.diffusion.quiet import quiet_libraries
from archviz.diffusion.textures import draw_textures
from tests.diffusion.tiny import random_stack, save_tiny_finisher, save_tiny_mini

EXACT = Numerics(device="cpu", precision="fp32", threads=1, capability="any")
SIZE = Size(64, 128)


def load(folder: Path, numerics: Numerics = EXACT) -> MiniEngine:
    return load_mini(engine_specs()["mini"], {"base": folder}, numerics=numerics)


@pytest.fixture(scope="module")
def engine(mini_folder: Path) -> MiniEngine:
    return load(mini_folder)


def ask(**changes: Any) -> DiffusionRequest:
    size = changes.get("size", SIZE)
    fields = {
        "prompt": "a white villa",
        "controls": Controls(stack=random_stack(*size.shape)),
        "size": size,
        "noise_seed": 5,
        "steps": 4,
    }
    return DiffusionRequest(**(fields | changes))


def ordinary_picture(folder: Path, request: DiffusionRequest, **options: Any) -> np.ndarray:
    """What diffusers' own pipeline makes of the same folder, noise and stack."""
    with quiet_libraries(), torch.inference_mode():
        pipeline = StableDiffusionControlNetPipeline.from_pretrained(folder, local_files_only=True)
        pipeline.set_progress_bar_config(disable=True)
        shape = (1, 16, request.size.height // 8, request.size.width // 8)
        noise = torch.randn(shape, generator=torch.Generator("cpu").manual_seed(request.noise_seed))
        return pipeline(
            prompt=request.prompt,
            image=torch.tensor(request.controls.stack)[None],
            guidance_scale=1.0,
            num_inference_steps=request.steps,
            latents=noise,
            output_type="np",
            **options,
        ).images[0]


@pytest.mark.parametrize("steps", [1, 4, 7])
def test_it_equals_the_ordinary_pipeline(engine: MiniEngine, mini_folder: Path, steps: int) -> None:
    request = ask(steps=steps)
    truth = ordinary_picture(mini_folder, request)
    assert truth.std() > 0.01
    assert np.abs(engine.sample(request) - truth).max() < 1e-4


def started(strength: float, *, steps: int = 4, seed: int = 3) -> DiffusionRequest:
    pixels = np.random.default_rng(seed).random((*SIZE.shape, 3), dtype=np.float32)
    stack = random_stack(*SIZE.shape)
    return ask(controls=Controls(stack=stack, start=ColorMap(pixels)), strength=strength, steps=steps)


@pytest.mark.parametrize(("strength", "steps", "taken"), [(0.5, 4, 2), (0.75, 4, 3), (0.5, 7, 3)])
def test_from_a_picture_it_equals_the_ordinary_image_to_image_pipeline(
    engine: MiniEngine, mini_folder: Path, strength: float, steps: int, taken: int
) -> None:
    request = started(strength, steps=steps)
    assert request.controls.start is not None
    assert request.controls.stack is not None
    with quiet_libraries(), torch.inference_mode():
        parts = StableDiffusionControlNetPipeline.from_pretrained(mini_folder, local_files_only=True)
        pipeline = StableDiffusionControlNetImg2ImgPipeline(**parts.components)
        pipeline.set_progress_bar_config(disable=True)
        truth = pipeline(
            prompt=request.prompt,
            image=torch.tensor(request.controls.start.array).permute(2, 0, 1)[None],
            control_image=torch.tensor(request.controls.stack)[None],
            strength=strength,
            guidance_scale=1.0,
            controlnet_conditioning_scale=1.0,
            num_inference_steps=steps,
            generator=torch.Generator("cpu").manual_seed(request.noise_seed),
            output_type="np",
        ).images[0]
    reports: list[StepReport] = []
    assert np.abs(engine.sample(request, on_step=reports.append) - truth).max() < 1e-4
    assert [(r.step, r.steps) for r in reports] == [(i, taken) for i in range(1, taken + 1)]


def test_a_start_is_kept_the_more_the_less_strength_there_is(engine: MiniEngine) -> None:
    def change(strength: float) -> float:
        one, other = (engine.sample(replace(started(strength, seed=seed), steps=8)) for seed in (3, 4))
        return float(np.abs(one - other).mean())

    assert change(0.25) > change(0.75) > change(1.0) == 0


def test_a_single_step_from_a_picture_is_still_a_step(engine: MiniEngine) -> None:
    assert (engine.generate(started(0.5, steps=1)) == engine.generate(started(1.0, steps=1))).all()


def test_the_finisher_has_the_last_word(engine: MiniEngine, tmp_path: Path) -> None:
    folder = save_tiny_mini(tmp_path / "mini")
    network = save_tiny_finisher(folder)
    request = ask()
    draft, stack = engine.sample(request), torch.tensor(request.controls.stack)[None]
    generator = torch.Generator("cpu").manual_seed(request.noise_seed)
    torch.randn((1, 16, SIZE.height // 8, SIZE.width // 8), generator=generator)
    lie = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
    grains = torch.from_numpy(draw_textures(*SIZE.shape, lie))[None]
    with torch.inference_mode():
        made = network(torch.from_numpy(draft).permute(2, 0, 1)[None] * 2 - 1, stack, grains)
    truth = (made / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    assert np.abs(truth - draft).mean() > 0.01
    assert np.abs(load(folder).sample(request) - truth).max() < 1e-4
    assert load(folder).numerics_key()["weights"] != engine.numerics_key()["weights"]


def test_scale_and_end_of_the_control_mean_what_they_mean_there(engine: MiniEngine, mini_folder: Path) -> None:
    request = ask(control_scales={"stack": 0.6}, control_end=0.5)
    truth = ordinary_picture(mini_folder, request, controlnet_conditioning_scale=0.6, control_guidance_end=0.5)
    assert np.abs(engine.sample(request) - truth).max() < 1e-4
    assert np.abs(engine.sample(ask()) - truth).max() > 1e-3


def test_the_controlnet_runs_once_a_picture(engine: MiniEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    run = engine._maps._run
    monkeypatch.setattr(engine._maps, "_run", lambda *a: calls.append(1) or run(*a))
    engine.generate(ask(steps=6))
    assert len(calls) == 1


def test_a_controlnet_that_reads_the_noise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="the ControlNet depends on the noise"):
        load(save_tiny_mini(tmp_path, independent=False))


@pytest.mark.parametrize(("layer", "said"), [("conv_in", "the noise"), ("time_embedding.linear_2", "the timestep")])
def test_each_zero_layer_is_needed(mini_folder: Path, layer: str, said: str) -> None:
    with quiet_libraries():
        pipeline = StableDiffusionControlNetPipeline.from_pretrained(mini_folder, local_files_only=True)
    torch.manual_seed(0)
    torch.nn.init.normal_(pipeline.controlnet.get_submodule(layer).weight, std=1e-2)
    with pytest.raises(FileFormatError, match=f"depends on {said}"):
        MiniEngine(spec=engine_specs()["mini"], pipeline=pipeline, folder=mini_folder, numerics=EXACT)


def test_the_same_request_gives_the_same_pixels(engine: MiniEngine, mini_folder: Path) -> None:
    first = engine.generate(ask())
    engine.generate(ask(prompt="something else", noise_seed=9, size=Size(64, 64)))
    assert (engine.generate(ask()) == first).all()
    assert (load(mini_folder).generate(ask()) == first).all()
    assert first.shape == (64, 128, 3)
    assert first.dtype == np.uint8


@pytest.mark.parametrize(
    "changes",
    [
        {"noise_seed": 6},
        {"prompt": "a black tower"},
        {"steps": 5},
        {"controls": Controls(stack=random_stack(64, 128, seed=1))},
        {"control_scales": {"stack": 0.0}},
    ],
)
def test_everything_in_the_request_reaches_the_picture(engine: MiniEngine, changes: dict[str, Any]) -> None:
    assert np.abs(engine.sample(ask(**changes)) - engine.sample(ask())).max() > 1e-4


def test_a_control_that_lets_go_at_once_is_no_control(engine: MiniEngine) -> None:
    assert (engine.generate(ask(control_end=0.0)) == engine.generate(ask(control_scales={"stack": 0.0}))).all()


def test_a_size_between_multiples_is_padded_and_cropped(engine: MiniEngine) -> None:
    stack = random_stack(64, 128)
    stack[:, :, 100:] = stack[:, :, 99:100]
    whole = engine.generate(ask(controls=Controls(stack=stack)))
    part = engine.generate(ask(size=Size(64, 100), controls=Controls(stack=stack[:, :, :100].copy())))
    assert (part == whole[:, :100]).all()


def test_a_read_only_stack_is_taken(engine: MiniEngine) -> None:
    stack = random_stack(64, 128)
    stack.flags.writeable = False
    assert (engine.generate(ask(controls=Controls(stack=stack))) == engine.generate(ask())).all()


def test_every_step_is_reported_and_previews_only_when_asked(engine: MiniEngine) -> None:
    reports: list[StepReport] = []
    size = Size(65, 101)
    picture = engine.generate(ask(size=size, steps=5), on_step=reports.append, preview_every=2)
    assert [(r.step, r.steps) for r in reports] == [(i, 5) for i in range(1, 6)]
    assert [r.preview is not None for r in reports] == [False, True, False, True, False]
    preview = reports[1].preview
    assert preview is not None
    assert preview.shape == (33, 51, 3)
    assert preview.dtype == np.uint8
    # Watching does not change what is seen.
    assert (picture == engine.generate(ask(size=size, steps=5))).all()
    reports.clear()
    engine.generate(ask(), on_step=reports.append)
    assert all(r.preview is None for r in reports)


def test_the_last_preview_is_the_picture_made_small(engine: MiniEngine) -> None:
    reports: list[StepReport] = []
    picture = engine.generate(ask(), on_step=reports.append, preview_every=4).astype(float)
    preview = reports[-1].preview
    assert preview is not None
    small = picture.reshape(32, 2, 64, 2, 3).mean(axis=(1, 3))
    assert np.abs(small.mean((0, 1)) - preview.mean((0, 1))).max() < 8


def test_raising_from_the_report_cancels_and_leaves_the_engine_whole(engine: MiniEngine) -> None:
    class CancelledError(Exception):
        pass

    seen: list[int] = []

    def cancel(report: StepReport) -> None:
        seen.append(report.step)
        if report.step == 2:
            raise CancelledError

    before = engine.generate(ask())
    with pytest.raises(CancelledError):
        engine.generate(ask(), on_step=cancel)
    assert seen == [1, 2]
    assert not torch.is_inference_mode_enabled()
    assert (engine.generate(ask()) == before).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"controls": Controls()}, "mini needs the control stack"),
        ({"controls": Controls(stack=np.zeros((35, 64, 128), np.float32))}, "35 channels; these weights take 36"),
        ({"guidance_scale": 3.0}, "has no guidance"),
    ],
)
def test_what_it_cannot_do_is_refused(engine: MiniEngine, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        engine.generate(ask(**changes))


def test_a_prompt_too_long_is_said(engine: MiniEngine, caplog: pytest.LogCaptureFixture) -> None:
    engine.generate(ask(prompt="wall " * 70, steps=1))
    assert "the engine reads the first 77" in caplog.text
    caplog.clear()
    engine.generate(ask(prompt="wall", steps=1))
    assert not caplog.text


def test_halved_weights_and_bf16_stay_close(engine: MiniEngine, mini_folder: Path, tmp_path: Path) -> None:
    truth = engine.sample(ask())
    half = load(save_tiny_mini(tmp_path, half=True)).sample(ask())
    assert 10 * np.log10(1 / np.mean((half - truth) ** 2)) > 50
    coarse = load(mini_folder, replace(EXACT, precision="bf16")).sample(ask())
    assert 10 * np.log10(1 / np.mean((coarse - truth) ** 2)) > 35
    # The last convolution is exact: far more values than bf16 has between two bytes.
    assert len(np.unique(coarse)) > 4 * 256


def test_the_numerics_key_tells_weights_and_settings(engine: MiniEngine, tmp_path: Path) -> None:
    key = engine.numerics_key()
    assert key["engine"] == "mini"
    assert key["batch"] == 1
    assert key["precision"] == "fp32"
    other = load(save_tiny_mini(tmp_path, seed=1), replace(EXACT, threads=2)).numerics_key()
    assert {name for name in key if key[name] != other[name]} == {"weights", "threads"}
