"""`mini`: the embedded engine, an ordinary diffusers folder run without the pipeline's waste.

Its ControlNet (:mod:`archviz.diffusion.map_encoder`) answers the same at every step: it runs once a picture, and the
loop is UNet calls. What is decoded equals the picture of ``StableDiffusionControlNetPipeline`` on the
same folder without guidance, or of ``StableDiffusionControlNetImg2ImgPipeline`` where it starts from a
picture. Where the folder holds a ``finisher/``, that network has the last word.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.maps import ColorMap
from archviz.diffusion.checkpoints import check_pipeline_index, fingerprint_weights
from archviz.diffusion.frames import crop, pad_by_edges, to_bytes
from archviz.diffusion.held import HeldLatents, free_cells
from archviz.diffusion.map_encoder import MapEncoder, Residuals
from archviz.diffusion.precision import Numerics
from archviz.diffusion.quiet import loading_weights, warn_of_long_prompt
from archviz.diffusion.request import DiffusionRequest, OnStep, StepReport
from archviz.diffusion.spec import EngineSpec
from archviz.diffusion.textures import draw_textures

if TYPE_CHECKING:
    import torch

__all__ = ["MiniEngine", "load_mini"]

_CLASSES = {
    "unet": "UNet2DConditionModel",
    "controlnet": "ControlNetModel",
    "vae": "AutoencoderTiny",
    "text_encoder": "CLIPTextModel",
    "scheduler": "DDIMScheduler",
}
_FINISHER = "finisher"
_PROMPTS_KEPT = 32
_PREVIEW_REDUCTION = 2


class MiniEngine:
    """The embedded engine, loaded.

    Parameters
    ----------
    spec
        Its data.
    pipeline
        The components, as diffusers loaded them.
    folder
        Where they came from.
    numerics
        Device, precision and threads.

    Raises
    ------
    FileFormatError
        A component is of another class, or the ControlNet depends on noise, time or text.
    """

    def __init__(self, *, spec: EngineSpec, pipeline: Any, folder: Path, numerics: Numerics) -> None:
        import torch

        self.spec = spec
        self.numerics = numerics
        self._folder = folder
        self._unet, self._vae = pipeline.unet, pipeline.vae
        self._text_encoder, self._tokenizer = pipeline.text_encoder, pipeline.tokenizer
        self._scheduler = pipeline.scheduler
        self._factor: int = pipeline.vae_scale_factor
        self._finisher = _load_finisher(folder, numerics)
        for name, wanted in _CLASSES.items():
            if (got := type(getattr(pipeline, name)).__name__) != wanted:
                raise FileFormatError(f"{folder}: {name} is {got}; {spec.id} needs {wanted}")
        for module in (self._unet, pipeline.controlnet, self._vae):
            module.to(numerics.device, memory_format=torch.channels_last)
        self._text_encoder.to(numerics.device)
        if numerics.precision != "fp32":
            _keep_last_convolution_exact(self._vae)
        self._embed = functools.lru_cache(maxsize=_PROMPTS_KEPT)(self._embed_prompt)
        with numerics.applied():
            self._maps = MapEncoder(pipeline.controlnet, place=self._place, factor=self._factor, text=self._embed(""))
            if found := self._maps.what_else_it_reads(spec.size.multiple_of):
                raise FileFormatError(
                    f"{folder}: the ControlNet depends on {found}; {spec.id} needs one that reads "
                    "the control stack alone, as archviz.training saves it"
                )

    @property
    def control_channels(self) -> int:
        """Channels of the control stack the weights were trained on."""
        return self._maps.channels

    def generate(
        self, request: DiffusionRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> NDArray[np.uint8]:
        """The picture, (H, W, 3) uint8; see :meth:`archviz.diffusion.Engine.generate`."""
        return to_bytes(self.sample(request, on_step=on_step, preview_every=preview_every))

    def sample(
        self, request: DiffusionRequest, *, on_step: OnStep | None = None, preview_every: int = 0
    ) -> NDArray[np.float32]:
        """The picture before it is rounded, (H, W, 3) float32 in [0, 1].

        DDIM without added noise (Song et al., "Denoising Diffusion Implicit Models", 2021), from pure noise or
        from the start picture noised to the request's strength (Meng et al., "SDEdit", 2022).
        A kept picture is held in the latents of every step where nothing is repainted; its exact pixels are the
        caller's to put back.

        Raises
        ------
        OptionError
            The engine does not take the request.
        """
        import torch

        steps, _ = request.settle(self.spec, self.spec.sampling)
        # As many of the schedule's last steps as the pipelines of diffusers take, but never none.
        taken = max(1, min(int(steps * request.strength), steps))
        stack = self._checked_stack(request)
        with self.numerics.applied():
            scheduler = type(self._scheduler).from_config(self._scheduler.config)
            scheduler.set_timesteps(steps, device=self.numerics.device)
            text = self._embed(request.prompt)
            residuals = self._maps.encode(stack, request.scale_of("stack"))
            generator = torch.Generator("cpu").manual_seed(request.noise_seed)
            noise = self._initial_noise(generator, stack.shape[1:])
            timesteps = scheduler.timesteps[steps - taken :]
            latents = self._start(request, noise, scheduler, timesteps[:1])
            held = self._held(request, noise, scheduler)
            if held is not None:
                latents = held.hold(latents, timesteps[:1])
            for index, timestep in enumerate(timesteps):
                controlled = (index + 1) / taken <= request.control_end
                prediction = self._predict(latents, timestep, text, residuals if controlled else None)
                step = scheduler.step(prediction, timestep, latents, eta=0.0)
                latents = step.prev_sample
                if held is not None:
                    latents = held.hold(latents, timesteps[index + 1 : index + 2])
                if on_step is not None:
                    shown = preview_every > 0 and (index + 1) % preview_every == 0
                    preview = self._preview(step.pred_original_sample, request) if shown else None
                    on_step(StepReport(index + 1, taken, preview))
            return crop(self._finish(self._decode(latents), stack, generator), request.size)

    def numerics_key(self) -> dict[str, str | int]:
        """Everything beside the request that decides the pixels."""
        return self._key

    @functools.cached_property
    def _key(self) -> dict[str, str | int]:
        weights = fingerprint_weights(self.spec, {"base": self._folder}, weights=self._folder)
        return {"engine": self.spec.id, "weights": weights} | self.numerics.key()

    def _checked_stack(self, request: DiffusionRequest) -> NDArray[np.float32]:
        stack = request.controls.stack
        if stack is None:
            raise OptionError(f"{self.spec.id} needs the control stack; give zeros where nothing is known")
        if len(stack) != self.control_channels:
            raise OptionError(f"control stack has {len(stack)} channels; these weights take {self.control_channels}")
        return pad_by_edges(stack, self.spec.size.padded(request.size))

    def _embed_prompt(self, prompt: str) -> torch.Tensor:
        tokens = self._tokenizer(
            prompt,
            padding="max_length",
            max_length=self._tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        warn_of_long_prompt(self._tokenizer, prompt)
        return self._text_encoder(tokens.to(self.numerics.device))[0]

    def _predict(
        self, latents: torch.Tensor, timestep: torch.Tensor, text: torch.Tensor, residuals: Residuals | None
    ) -> torch.Tensor:
        added = residuals.arguments() if residuals is not None else {}
        output = self._unet(self._place(latents), timestep, encoder_hidden_states=text, return_dict=False, **added)
        # The latents stay in fp32 between the steps: rounding them at each would add up.
        return output[0].float()

    def _initial_noise(self, generator: torch.Generator, shape: tuple[int, ...]) -> torch.Tensor:
        import torch

        size = (1, self._unet.config.in_channels, shape[0] // self._factor, shape[1] // self._factor)
        return torch.randn(size, generator=generator, dtype=torch.float32).to(self.numerics.device)

    def _start(
        self, request: DiffusionRequest, noise: torch.Tensor, scheduler: Any, timestep: torch.Tensor
    ) -> torch.Tensor:
        """Noise, or the start picture's latents noised to the first step taken."""
        start = request.controls.start
        if request.strength >= 1 or start is None:
            return noise * scheduler.init_noise_sigma
        noised: torch.Tensor = scheduler.add_noise(self._encode(start, request), noise, timestep)
        return noised

    def _held(self, request: DiffusionRequest, noise: torch.Tensor, scheduler: Any) -> HeldLatents | None:
        """The kept picture in the latents; ``None`` where none is kept."""
        import torch

        kept, repainted = request.controls.kept, request.controls.repainted
        if kept is None or repainted is None:
            return None
        weights = pad_by_edges(repainted.array[None], self.spec.size.padded(request.size))[0]
        free = torch.from_numpy(free_cells(weights, self._factor))[None, None].to(self.numerics.device)
        return HeldLatents(clean=self._encode(kept, request), noise=noise, free=free, scheduler=scheduler)

    def _encode(self, picture: ColorMap, request: DiffusionRequest) -> torch.Tensor:
        """(1, C, h, w) fp32 latents of a picture."""
        import torch

        padded = pad_by_edges(picture.array.transpose(2, 0, 1), self.spec.size.padded(request.size))
        image = self._place(torch.tensor(padded)[None] * 2 - 1)
        clean: torch.Tensor = self._vae.encode(image, return_dict=False)[0].float() * self._vae.config.scaling_factor
        return clean

    def _finish(
        self, picture: NDArray[np.float32], stack: NDArray[np.float32], generator: torch.Generator
    ) -> NDArray[np.float32]:
        """The decoded picture, edges and textures renewed from the maps at full resolution."""
        import torch

        if self._finisher is None:
            return picture
        draft = torch.from_numpy(picture).permute(2, 0, 1)[None] * 2 - 1
        lie = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
        textures = torch.from_numpy(draw_textures(picture.shape[0], picture.shape[1], lie))[None]
        given = (draft, torch.tensor(stack)[None], textures)
        device = self.numerics.device
        made = self._finisher(*(t.to(device, memory_format=torch.channels_last) for t in given))
        finished: NDArray[np.float32] = (made / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).cpu().numpy()
        return finished

    def _decode(self, latents: torch.Tensor) -> NDArray[np.float32]:
        scaled = self._place(latents / self._vae.config.scaling_factor)
        image = self._vae.decode(scaled, return_dict=False)[0].float()
        picture: NDArray[np.float32] = (image / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).cpu().numpy()
        return picture

    def _preview(self, clean: torch.Tensor, request: DiffusionRequest) -> NDArray[np.uint8]:
        import torch

        # A quarter of the decoder's work: the predicted clean latents at half the size.
        small = torch.nn.functional.avg_pool2d(clean, _PREVIEW_REDUCTION, ceil_mode=True)
        picture = self._decode(small)
        height, width = (-(-side // _PREVIEW_REDUCTION) for side in request.size.shape)
        return to_bytes(picture[:height, :width])

    def _place(self, tensor: torch.Tensor) -> torch.Tensor:
        import torch

        return tensor.to(self.numerics.device, self.numerics.dtype, memory_format=torch.channels_last)


def load_mini(spec: EngineSpec, folders: Mapping[str, Path], *, numerics: Numerics) -> MiniEngine:
    """Load the embedded engine from its diffusers folder.

    Raises
    ------
    FileFormatError
        The folder is not such a pipeline.
    """
    from diffusers import StableDiffusionControlNetPipeline

    folder = folders["base"]
    check_pipeline_index(folder, StableDiffusionControlNetPipeline.__name__)
    try:
        with loading_weights():
            pipeline = StableDiffusionControlNetPipeline.from_pretrained(
                str(folder),
                dtype=numerics.dtype,
                use_safetensors=True,
                local_files_only=True,
                safety_checker=None,
                requires_safety_checker=False,
            )
    except Exception as error:  # diffusers, transformers and safetensors raise whatever they meet
        raise FileFormatError(
            f"{folder}: the weights cannot be read ({error}); give the diffusers folder of {spec.id}"
        ) from error
    return MiniEngine(spec=spec, pipeline=pipeline, folder=folder, numerics=numerics)


def _load_finisher(folder: Path, numerics: Numerics) -> Any | None:
    """The network of ``finisher/`` beside the pipeline; ``None`` where the folder has none."""
    import torch

    if not (folder / _FINISHER / "config.json").is_file():
        return None
    from archviz.diffusion.finisher import Finisher

    with loading_weights():
        network = Finisher.from_pretrained(
            str(folder / _FINISHER), torch_dtype=numerics.dtype, use_safetensors=True, local_files_only=True
        )
    return network.to(numerics.device, memory_format=torch.channels_last).eval().requires_grad_(False)


def _keep_last_convolution_exact(vae: Any) -> None:
    # bf16 holds 8 bits of a number: written in it, a clear sky has bands. The last convolution is a
    # hundredth of the decoder's work.
    import torch

    last = vae.decoder.layers[-1]
    last.to(torch.float32)
    last.register_forward_pre_hook(lambda _module, inputs: (inputs[0].float(),))
