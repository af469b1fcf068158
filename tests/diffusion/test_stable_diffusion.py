from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.maps import ColorMap, DepthMap, EdgeMap
from archviz.core.size import Size
from archviz.diffusion import Controls, DiffusionRequest, StepReport, engine_specs
from archviz.diffusion.checkpoints import find_weights
from archviz.diffusion.precision import Numerics
from archviz.diffusion.quiet import quiet_libraries
from archviz.diffusion.stable_diffusion import StableDiffusionEngine, load_stable_diffusion

EXACT = Numerics(device="cpu", precision="fp32", threads=1, capability="any")
ENGINES = ("sd15", "sdxl")
SIZE = Size(64, 96)
_RNG = np.random.default_rng(7)
DEPTH = DepthMap(_RNG.uniform(2, 30, SIZE.shape).astype(np.float32))
EDGES = EdgeMap((_RNG.random(SIZE.shape) > 0.9).astype(np.float32))
START = ColorMap(_RNG.random((*SIZE.shape, 3)).astype(np.float32))
BOTH = Controls(depth=DEPTH, edges=EDGES)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, large_folder: Path) -> StableDiffusionEngine:
    return load(request.param, large_folder)


def load(engine_id: str, folder: Path, **options: Any) -> StableDiffusionEngine:
    spec = engine_specs()[engine_id]
    folders = find_weights(spec, weights=folder, few_step=options.get("few_step", False))
    return load_stable_diffusion(spec, folders, numerics=EXACT, weights=folder, **options)


def ask(**changes: Any) -> DiffusionRequest:
    fields = {"prompt": "a villa", "negative_prompt": "fog", "controls": BOTH, "size": SIZE, "noise_seed": 3}
    return DiffusionRequest(**(fields | {"steps": 2} | changes))


def load_ordinary(engine_id: str, folder: Path, from_image: bool) -> Any:
    """The pipeline with both controls, put together as diffusers' manual does."""
    places = {c.role: folder / c.repository for c in engine_specs()[engine_id].checkpoints}
    image = "Img2Img" if from_image else ""
    if engine_id == "sd15":
        name = f"StableDiffusionControlNet{image}Pipeline"
        net = [diffusers.ControlNetModel.from_pretrained(places[role], variant="fp16") for role in ("depth", "edges")]
    else:
        name = f"StableDiffusionXLControlNetUnion{image}Pipeline"
        net = diffusers.ControlNetUnionModel.from_pretrained(places["union"])
    unused = {"safety_checker": None} if engine_id == "sd15" else {}
    pipeline = getattr(diffusers, name).from_pretrained(
        places["base"], controlnet=net, variant="fp16", local_files_only=True, **unused
    )
    pipeline.scheduler = diffusers.UniPCMultistepScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def ordinary_picture(engine_id: str, folder: Path, request: DiffusionRequest, scales: list[float]) -> np.ndarray:
    from_image = request.strength < 1
    generator = torch.Generator("cpu").manual_seed(request.noise_seed)
    # Near is white and the sky black; lines are white on black.
    depth, edges = (
        torch.tensor(np.repeat(array[None, None], 3, axis=1)) for array in (DEPTH.near_white(), EDGES.array)
    )
    arguments: dict[str, Any] = {}
    if engine_id == "sdxl":
        arguments["control_mode"] = [1, 3]
    if from_image:
        arguments |= {"image": torch.tensor(np.moveaxis(START.array, -1, 0)[None]), "strength": request.strength}
    else:
        arguments["latents"] = torch.randn(1, 4, SIZE.height // 8, SIZE.width // 8, generator=generator)
    arguments["control_image" if from_image or engine_id == "sdxl" else "image"] = [depth, edges]
    with quiet_libraries(), torch.inference_mode():
        return (
            load_ordinary(engine_id, folder, from_image)(
                prompt=request.prompt,
                negative_prompt=request.negative_prompt,
                num_inference_steps=request.steps,
                guidance_scale=request.guidance_scale,
                controlnet_conditioning_scale=scales,
                control_guidance_end=[request.control_end] * 2,
                generator=generator,
                output_type="np",
                **arguments,
            )
            .images[0]
            .clip(0, 1)
        )


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute difference in steps of a byte."""
    return float(np.abs(a.astype(float) - b.astype(float)).mean())


@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_it_equals_the_pipeline_of_the_manual(
    engine: StableDiffusionEngine, large_folder: Path, strength: float
) -> None:
    request = ask(
        controls=Controls(depth=DEPTH, edges=EDGES, start=START),
        strength=strength,
        steps=4,
        guidance_scale=5.0,
        control_scales={"depth": 0.4, "edges": 0.9},
        control_end=0.8,
    )
    truth = ordinary_picture(engine.spec.id, large_folder, request, [0.4, 0.9]) * 255
    picture = engine.generate(request)
    assert picture.dtype == np.uint8
    # Half a step of a byte is the rounding itself.
    assert np.abs(picture - truth).max() < 0.51
    assert truth.std() > 10


@pytest.mark.parametrize("controls", [BOTH, Controls(depth=DEPTH), Controls(edges=EDGES), Controls()])
@pytest.mark.parametrize("from_image", [False, True])
def test_every_choice_of_maps_makes_its_own_picture(
    engine: StableDiffusionEngine, controls: Controls, from_image: bool
) -> None:
    given = Controls(depth=controls.depth, edges=controls.edges, start=START if from_image else None)
    request = ask(controls=given, strength=0.6 if from_image else 1.0)
    picture = engine.generate(request)
    assert picture.shape == (*SIZE.shape, 3)
    assert (engine.generate(request) == picture).all()
    # A map without weight is a map not given.
    silenced = ask(
        controls=Controls(depth=DEPTH, edges=EDGES, start=given.start),
        strength=request.strength,
        control_scales={name: 0.0 for name in ("depth", "edges") if getattr(controls, name) is None},
    )
    assert (engine.generate(silenced) == picture).all()
    if controls is not BOTH:
        full = ask(controls=Controls(depth=DEPTH, edges=EDGES, start=given.start), strength=request.strength)
        assert distance(engine.generate(full), picture) > 0.05


@pytest.mark.parametrize(
    "changes",
    [{"noise_seed": 4}, {"prompt": "a tower"}, {"negative_prompt": "rain"}, {"guidance_scale": 2.0}, {"steps": 5}],
)
def test_everything_in_the_request_reaches_the_picture(engine: StableDiffusionEngine, changes: dict[str, Any]) -> None:
    assert distance(engine.generate(ask(**changes)), engine.generate(ask())) > 0.01


def test_a_lower_strength_stays_nearer_to_the_start(engine: StableDiffusionEngine) -> None:
    controls = Controls(start=START)

    def picture(strength: float) -> np.ndarray:
        return engine.generate(ask(controls=controls, strength=strength, steps=10))

    # What the tiny autoencoder makes of the start when hardly a step is done.
    nearest = picture(0.1)
    assert distance(picture(0.2), nearest) < distance(picture(0.9), nearest)


def test_a_size_between_multiples_is_padded_and_cropped(engine: StableDiffusionEngine) -> None:
    depth = np.random.default_rng(1).uniform(2, 30, (66, 90)).astype(np.float32)
    picture = engine.generate(ask(size=Size(66, 90), controls=Controls(depth=DepthMap(depth))))
    assert picture.shape == (66, 90, 3)
    whole = DepthMap(np.pad(depth, ((0, 6), (0, 6)), mode="edge"))
    assert (engine.generate(ask(size=Size(72, 96), controls=Controls(depth=whole)))[:66, :90] == picture).all()


def test_steps_are_reported_and_raising_cancels(engine: StableDiffusionEngine) -> None:
    reports: list[StepReport] = []
    before = engine.generate(ask(steps=4), on_step=reports.append)
    assert [(r.step, r.steps) for r in reports] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    reports.clear()
    engine.generate(ask(steps=4, controls=Controls(start=START), strength=0.5), on_step=reports.append)
    assert [(r.step, r.steps) for r in reports] == [(1, 2), (2, 2)]

    def cancel(report: StepReport) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.generate(ask(steps=4), on_step=cancel)
    assert (engine.generate(ask(steps=4)) == before).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"control_scales": {"stack": 1.0}}, "control 'stack' is not one of"),
        (
            {"controls": Controls(start=START), "strength": 0.2, "steps": 4},
            "leaves no step; give strength 0.25 or more",
        ),
    ],
)
def test_what_it_cannot_do_is_refused(engine: StableDiffusionEngine, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        engine.generate(ask(**changes))


def test_the_key_is_of_the_engine_and_its_weights(large_folder: Path) -> None:
    keys = [load(name, large_folder).numerics_key() for name in ENGINES]
    assert [key["engine"] for key in keys] == list(ENGINES)
    assert keys[0]["weights"] != keys[1]["weights"]


@pytest.mark.parametrize("engine_id", ENGINES)
def test_the_few_step_lora_is_added_to_the_weights(engine_id: str, large_folder: Path) -> None:
    pytest.importorskip("peft", reason="the few-step LoRA needs peft")
    plain, fast = load(engine_id, large_folder), load(engine_id, large_folder, few_step=True)
    place = large_folder / engine_specs()[engine_id].checkpoints[-1].repository
    lora = load_file(place / "pytorch_lora_weights.safetensors")
    changed = 0
    before = dict(plain._base.unet.named_parameters())
    for name, weight in fast._base.unet.named_parameters():
        key = "lora_unet_" + name.removesuffix(".weight").replace(".", "_")
        added = torch.zeros(())
        if f"{key}.alpha" in lora:
            # W' = W + up down (Hu et al., "LoRA", 2021) where alpha equals the rank.
            added = lora[f"{key}.lora_up.weight"] @ lora[f"{key}.lora_down.weight"]
            changed += 1
        torch.testing.assert_close(weight.detach(), before[name].detach() + added, atol=1e-5, rtol=0)
    assert changed == len(lora) // 3 > 0
    assert fast.sampling.steps == 6
    assert type(fast._base.scheduler).__name__ == "LCMScheduler"
    request = ask(steps=None)
    assert fast.generate(request).shape == (*SIZE.shape, 3)
    assert plain.numerics_key()["weights"] != fast.numerics_key()["weights"]


def test_without_peft_the_lora_is_refused_in_one_sentence(large_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(OptionError, match="needs the package peft, which is not installed; run: pip install peft"):
        load("sd15", large_folder, few_step=True)


def test_a_broken_checkpoint_is_told_to_be_fetched_again(large_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(large_folder, tmp_path / "weights")
    spec = engine_specs()["sd15"]
    file = tmp_path / "weights" / spec.checkpoints[1].repository / "diffusion_pytorch_model.fp16.safetensors"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(FileFormatError, match=r"sd15: the weights cannot be read .* fetch them again"):
        load("sd15", tmp_path / "weights")
