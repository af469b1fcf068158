"""`sd15` and `sdxl`: diffusers' own pipelines, one family of classes each.

The weights are loaded once; the pipeline for a request is put together from them, so that a net whose
map is not given neither runs nor is in the way.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError, OptionError
from archviz.diffusion.checkpoints import check_pipeline_index, fingerprint_weights
from archviz.diffusion.frames import crop, pad_by_edges, to_bytes
from archviz.diffusion.precision import Numerics
from archviz.diffusion.quiet import loading_weights, quiet_libraries, warn_of_long_prompt
from archviz.diffusion.request import DiffusionRequest, OnStep, StepReport
from archviz.diffusion.spec import EngineSpec, Sampling

__all__ = ["StableDiffusionEngine", "load_stable_diffusion"]


@dataclass(frozen=True, kw_only=True)
class _Family:
    """diffusers' classes of a family.

    ``modes`` are the places of the controls in a ControlNet-Union's type list (xinsir's order: openpose,
    depth, soft lines, hard lines, normal, segment); empty where every control has its own net.
    """

    text: str
    image: str
    control_text: str
    control_image: str
    modes: Mapping[str, int]


_FAMILIES = {
    "sd15": _Family(
        text="StableDiffusionPipeline",
        image="StableDiffusionImg2ImgPipeline",
        control_text="StableDiffusionControlNetPipeline",
        control_image="StableDiffusionControlNetImg2ImgPipeline",
        modes={},
    ),
    "sdxl-union": _Family(
        text="StableDiffusionXLPipeline",
        image="StableDiffusionXLImg2ImgPipeline",
        control_text="StableDiffusionXLControlNetUnionPipeline",
        control_image="StableDiffusionXLControlNetUnionImg2ImgPipeline",
        modes={"depth": 1, "edges": 3},
    ),
}


class StableDiffusionEngine:
    """A large engine, loaded.

    Parameters
    ----------
    spec
        Its data.
    base
        The text-to-image pipeline, which holds the components.
    nets
        ControlNets by control, or the one Union net under ``union``.
    sampling
        Default steps, guidance and scheduler.
    numerics
        Device, precision and threads.
    folders, weights
        Where the checkpoints came from, and the local folder the user named, if any.
    """

    def __init__(
        self,
        *,
        spec: EngineSpec,
        base: Any,
        nets: Mapping[str, Any],
        sampling: Sampling,
        numerics: Numerics,
        folders: Mapping[str, Path],
        weights: Path | None,
    ) -> None:
        import torch

        self.spec = spec
        self.sampling = sampling
        self.numerics = numerics
        self._family = _FAMILIES[spec.family]
        self._base = base
        self._nets = nets
        self._folders = folders
        self._weights = weights
        base.to(numerics.device)
        for module in (base.unet, base.vae, *nets.values()):
            module.to(numerics.device, memory_format=torch.channels_last)

    def generate(
        self, request: DiffusionRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> NDArray[np.uint8]:
        """The picture, (H, W, 3) uint8; see :meth:`archviz.diffusion.Engine.generate`. It makes no previews."""
        steps, guidance = request.settle(self.spec, self.sampling)
        if int(steps * request.strength) < 1:
            raise OptionError(
                f"strength {request.strength:g} of {steps} steps leaves no step; give strength {1 / steps:.3g} or more"
            )
        warn_of_long_prompt(self._base.tokenizer, request.prompt)
        with self.numerics.applied(), quiet_libraries():
            pipeline, arguments = self._assemble(request)
            # A scheduler keeps the state of a run, so every run gets its own.
            pipeline.scheduler = type(self._base.scheduler).from_config(self._base.scheduler.config)
            pipeline.set_progress_bar_config(disable=True)
            picture = pipeline(
                prompt=request.prompt,
                negative_prompt=request.negative_prompt,
                num_inference_steps=steps,
                guidance_scale=guidance,
                output_type="np",
                callback_on_step_end=functools.partial(_report, on_step=on_step),
                **arguments,
            ).images[0]
        return to_bytes(crop(picture, request.size))

    def numerics_key(self) -> dict[str, str | int]:
        """Everything beside the request that decides the pixels."""
        return {"engine": self.spec.id, "weights": self._fingerprint} | self.numerics.key()

    @functools.cached_property
    def _fingerprint(self) -> str:
        # Gigabytes of a local folder are read only when somebody asks.
        return fingerprint_weights(self.spec, self._folders, weights=self._weights)

    def _assemble(self, request: DiffusionRequest) -> tuple[Any, dict[str, Any]]:
        """The pipeline for a request, and its arguments beside those that all pipelines share."""
        import diffusers
        import torch

        controls = self._control_images(request)
        generator = torch.Generator("cpu").manual_seed(request.noise_seed)
        arguments: dict[str, Any] = {"generator": generator}
        from_image = request.strength < 1
        family = self._family
        if from_image:
            start = request.controls.start
            assert start is not None  # DiffusionRequest refuses a strength below 1 without it
            arguments |= {"image": self._image(start.array, request), "strength": request.strength}
        else:
            arguments["latents"] = self._initial_noise(request, generator)
        components = dict(self._base.components)
        if not controls:
            name = family.image if from_image else family.text
            return getattr(diffusers, name)(**components), arguments
        name = family.control_image if from_image else family.control_text
        # Only the plain ControlNet pipelines call their control picture "image", and only from text.
        key = "control_image" if from_image or family.modes else "image"
        arguments |= {
            key: list(controls.values()),
            "controlnet_conditioning_scale": [request.scale_of(control) for control in controls],
            "control_guidance_end": [request.control_end] * len(controls),
        }
        if family.modes:
            net = self._nets["union"]
            arguments["control_mode"] = [family.modes[control] for control in controls]
        else:
            net = [self._nets[control] for control in controls]
        return getattr(diffusers, name)(**components, controlnet=net), arguments

    def _control_images(self, request: DiffusionRequest) -> dict[str, Any]:
        """(1, 3, H, W) of each control that is given and has weight: near is white, lines are white on black."""
        depth, edges = request.controls.depth, request.controls.edges
        maps = {
            "depth": None if depth is None else depth.near_white(),
            "edges": None if edges is None else edges.array,
        }
        return {
            name: self._image(np.repeat(array[..., None], 3, axis=-1), request)
            for name, array in maps.items()
            if array is not None and request.scale_of(name) > 0
        }

    def _image(self, picture: NDArray[np.float32], request: DiffusionRequest) -> Any:
        """(H, W, 3) in [0, 1] to (1, 3, H', W') at the size computed."""
        import torch

        padded = pad_by_edges(np.moveaxis(picture, -1, 0), self.spec.size.padded(request.size))
        return torch.from_numpy(np.array(padded, dtype=np.float32))[None]

    def _initial_noise(self, request: DiffusionRequest, generator: Any) -> Any:
        """(1, C, h, w) drawn in fp32 whatever the precision, so that a seed means one noise everywhere."""
        import torch

        size = self.spec.size.padded(request.size)
        factor = self._base.vae_scale_factor
        shape = (1, self._base.unet.config.in_channels, size.height // factor, size.width // factor)
        return torch.randn(shape, generator=generator, dtype=torch.float32).to(self.numerics.dtype)


def load_stable_diffusion(
    spec: EngineSpec,
    folders: Mapping[str, Path],
    *,
    numerics: Numerics,
    weights: Path | None = None,
    few_step: bool = False,
) -> StableDiffusionEngine:
    """Load a large engine from the folders of its checkpoints; nothing is fetched.

    Raises
    ------
    FileFormatError
        A folder does not hold what diffusers expects.
    OptionError
        The few-step LoRA is asked for and peft is not installed.
    """
    import diffusers

    check_pipeline_index(folders["base"], _FAMILIES[spec.family].text)
    if few_step and importlib.util.find_spec("peft") is None:
        raise OptionError("the few-step LoRA needs the package peft, which is not installed; run: pip install peft")
    sampling = spec.few_step if few_step and spec.few_step is not None else spec.sampling
    try:
        with loading_weights():
            base, nets = _load_components(spec, folders, numerics)
            if few_step:
                _fuse_lora(base, folders["few-step"])
    except Exception as error:  # diffusers, transformers and safetensors raise whatever they meet
        raise FileFormatError(
            f"{spec.id}: the weights cannot be read ({error}); fetch them again as `archviz engines` says"
        ) from error
    if sampling.scheduler is not None:
        base.scheduler = getattr(diffusers, sampling.scheduler).from_config(base.scheduler.config)
    return StableDiffusionEngine(
        spec=spec,
        base=base,
        nets=nets,
        sampling=sampling,
        numerics=numerics,
        folders=folders,
        weights=weights,
    )


def _load_components(spec: EngineSpec, folders: Mapping[str, Path], numerics: Numerics) -> tuple[Any, dict[str, Any]]:
    import diffusers

    family = _FAMILIES[spec.family]
    variants = {c.role: c.variant or None for c in spec.checkpoints}
    shared = {"dtype": numerics.dtype, "use_safetensors": True, "local_files_only": True}
    # The safety checker is one more gigabyte that looks for people, not for buildings.
    unused = {} if family.modes else {"safety_checker": None, "feature_extractor": None}
    base = getattr(diffusers, family.text).from_pretrained(
        str(folders["base"]), variant=variants["base"], **shared, **unused
    )
    net_class = diffusers.ControlNetUnionModel if family.modes else diffusers.ControlNetModel
    nets = {
        role: net_class.from_pretrained(str(folder), variant=variants[role], **shared)
        for role, folder in folders.items()
        if role not in ("base", "few-step")
    }
    return base, nets


def _fuse_lora(base: Any, folder: Path) -> None:
    base.load_lora_weights(str(folder), weight_name="pytorch_lora_weights.safetensors", local_files_only=True)
    base.fuse_lora()
    base.unload_lora_weights()


def _report(
    pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any], *, on_step: OnStep | None
) -> dict[str, Any]:
    if on_step is not None:
        on_step(StepReport(step + 1, pipeline.num_timesteps))
    return tensors
