"""Tiny engines: the real diffusers classes with random weights by seed, saved in the layout of the real ones.

For the tests of every room: ``save_tiny_mini(tmp_path / "mini")`` makes a folder for
``load_engine("mini", weights=...)``, ``save_tiny_large("sd15", tmp_path)`` one for ``load_engine("sd15", ...)``.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    ControlNetUnionModel,
    DDIMScheduler,
    EulerDiscreteScheduler,
    PNDMScheduler,
    StableDiffusionControlNetPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from archviz.diffusion import EngineSpec, engine_specs
from archviz.diffusion.finisher import Finisher
from archviz.diffusion.quiet import quiet_libraries

CHANNELS = 36
_TEXT = 32
_WIDTHS = (16, 32)


def save_tiny_finisher(folder: Path, *, seed: int = 0) -> Finisher:
    """Put a finisher into a folder of `mini`."""
    torch.manual_seed(seed)
    network = Finisher(control_channels=CHANNELS, widths=(8, 8), blocks=1)
    network.save_pretrained(folder / "finisher", safe_serialization=True)
    return network


def save_tiny_mini(folder: Path, *, seed: int = 0, half: bool = False, independent: bool = True) -> Path:
    """A folder of `mini`; with ``independent`` false its ControlNet reads noise and time, as an ordinary one does."""
    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=16,
        out_channels=16,
        block_out_channels=_WIDTHS,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=_TEXT,
        attention_head_dim=8,
        norm_num_groups=8,
    )
    controlnet = ControlNetModel(
        in_channels=16,
        conditioning_channels=CHANNELS,
        block_out_channels=_WIDTHS,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        mid_block_type="UNetMidBlock2D",
        cross_attention_dim=_TEXT,
        attention_head_dim=8,
        norm_num_groups=8,
        conditioning_embedding_out_channels=(8, 8, 16, 16),
    )
    _fill_zero_convolutions(controlnet)
    if independent:
        for layer in (controlnet.conv_in, controlnet.time_embedding.linear_2):
            torch.nn.init.zeros_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
    vae = AutoencoderTiny(
        latent_channels=16,
        encoder_block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1),
    )
    pipeline = StableDiffusionControlNetPipeline(
        vae=vae,
        text_encoder=_text_encoder(CLIPTextModel),
        tokenizer=_tokenizer(),
        unet=unet,
        controlnet=controlnet,
        scheduler=DDIMScheduler(
            beta_schedule="scaled_linear",
            prediction_type="sample",
            rescale_betas_zero_snr=True,
            timestep_spacing="trailing",
            clip_sample=False,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    with quiet_libraries():
        pipeline.to(torch.float16 if half else torch.float32)
        pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def save_tiny_large(engine_id: str, folder: Path, *, seed: int = 0) -> Path:
    """A folder of `sd15` or `sdxl` with ``owner/name`` of every repository, the few-step LoRA among them."""
    spec = engine_specs()[engine_id]
    torch.manual_seed(seed)
    base = _tiny_sd15() if engine_id == "sd15" else _tiny_sdxl()
    with quiet_libraries():
        _save_repositories(spec, base, folder)
    return folder


def _save_repositories(spec: EngineSpec, base: Any, folder: Path) -> None:
    for checkpoint in spec.checkpoints:
        place = folder / checkpoint.repository
        variant = checkpoint.variant or None
        if checkpoint.role == "base":
            base.save_pretrained(place, safe_serialization=True, variant=variant)
        elif checkpoint.role == "few-step":
            _save_lora(base.unet, place)
        else:
            union = checkpoint.role == "union"
            net = _union_net() if union else ControlNetModel.from_unet(base.unet, conditioning_channels=3)
            _fill_zero_convolutions(net)
            net.save_pretrained(place, safe_serialization=True, variant=variant)


def random_stack(height: int, width: int, *, seed: int = 0) -> np.ndarray:
    """(36, H, W) float32 noise in [-1, 1], in place of a control stack."""
    return np.random.default_rng(seed).uniform(-1, 1, (CHANNELS, height, width)).astype(np.float32)


def _tiny_sd15() -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae=_autoencoder(),
        text_encoder=_text_encoder(CLIPTextModel),
        tokenizer=_tokenizer(),
        unet=UNet2DConditionModel(
            sample_size=32,
            block_out_channels=_WIDTHS,
            layers_per_block=1,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=_TEXT,
            attention_head_dim=8,
            norm_num_groups=8,
        ),
        # What the real repository holds.
        scheduler=PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


_SDXL_BLOCKS: dict[str, Any] = {
    "block_out_channels": _WIDTHS,
    "layers_per_block": 1,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "attention_head_dim": (2, 4),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "transformer_layers_per_block": (1, 1),
    # six time ids of 8 and the pooled text
    "projection_class_embeddings_input_dim": 6 * 8 + _TEXT,
    "cross_attention_dim": 2 * _TEXT,
    "norm_num_groups": 8,
}


def _tiny_sdxl() -> StableDiffusionXLPipeline:
    return StableDiffusionXLPipeline(
        vae=_autoencoder(),
        text_encoder=_text_encoder(CLIPTextModel),
        text_encoder_2=_text_encoder(CLIPTextModelWithProjection),
        tokenizer=_tokenizer(),
        tokenizer_2=_tokenizer(),
        unet=UNet2DConditionModel(sample_size=32, up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), **_SDXL_BLOCKS),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
        force_zeros_for_empty_prompt=True,
        add_watermarker=False,
    )


def _union_net() -> ControlNetUnionModel:
    return ControlNetUnionModel(
        num_trans_channel=_WIDTHS[0],
        num_trans_head=2,
        num_proj_channel=_WIDTHS[0],
        conditioning_embedding_out_channels=(8, 8, 16, 16),
        **_SDXL_BLOCKS,
    )


def _autoencoder() -> AutoencoderKL:
    # Four levels, as the real ones: latents an eighth of the picture.
    return AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        norm_num_groups=4,
    )


def _text_encoder(kind: type[CLIPTextModel] | type[CLIPTextModelWithProjection]) -> Any:
    size = len(_vocabulary())
    return kind(
        CLIPTextConfig(
            vocab_size=size,
            hidden_size=_TEXT,
            intermediate_size=_TEXT,
            projection_dim=_TEXT,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=77,
            bos_token_id=size - 2,
            eos_token_id=size - 1,
            pad_token_id=size - 1,
        )
    )


def _tokenizer() -> CLIPTokenizer:
    return CLIPTokenizer(vocab=_vocabulary(), merges=[], model_max_length=77)


def _vocabulary() -> dict[str, int]:
    letters = [*string.ascii_lowercase, *string.digits, *",.-"]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return {word: index for index, word in enumerate(words)}


def _fill_zero_convolutions(net: torch.nn.Module) -> None:
    # A fresh ControlNet answers zero; a trained one does not.
    for convolution in (*net.controlnet_down_blocks, net.controlnet_mid_block, net.controlnet_cond_embedding.conv_out):
        torch.nn.init.normal_(convolution.weight, std=0.2)


def _save_lora(unet: UNet2DConditionModel, folder: Path) -> None:
    # The names of the LCM LoRAs: kohya's, one rank for all, alpha beside.
    tensors = {}
    for name, module in unet.named_modules():
        if isinstance(module, torch.nn.Linear) and name.endswith(("to_q", "to_v")):
            key = "lora_unet_" + name.replace(".", "_")
            tensors[f"{key}.lora_down.weight"] = torch.randn(4, module.in_features)
            tensors[f"{key}.lora_up.weight"] = torch.randn(module.out_features, 4)
            tensors[f"{key}.alpha"] = torch.tensor(4.0)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "pytorch_lora_weights.safetensors")
