"""The networks of the embedded engine, built from diffusers' and transformers' own classes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

from archviz.control import CHANNELS

__all__ = [
    "MINI",
    "DenoiserNetworks",
    "MiniConfig",
    "Prediction",
    "build_autoencoder",
    "build_denoiser",
    "build_scheduler",
]

# What a network's answer stands for, in the scheduler's words.
Prediction = Literal["sample", "v_prediction"]


@dataclass(frozen=True, kw_only=True)
class MiniConfig:
    """Shapes of the embedded engine.

    Parameters
    ----------
    latent_channels
        Channels of the autoencoder's latents, at an eighth of the picture's size.
    autoencoder_channels, encoder_blocks, decoder_blocks
        Width and blocks per level of :class:`diffusers.AutoencoderTiny`; no block stands at full
        resolution, where one costs more than all the others together.
    channels, layers
        Width of each level of the denoiser and residual blocks per level; attention stands at the
        lowest level only.
    hint_channels
        Levels of the map encoder between the picture's and the latents' resolution.
    independent_encoder
        The map encoder sees neither noise nor time nor text; else it is an ordinary ControlNet.
    text_width, text_layers, text_tokens, vocabulary
        Shape of the text encoder.
    """

    latent_channels: int = 16
    autoencoder_channels: int = 64
    encoder_blocks: tuple[int, int, int, int] = (0, 1, 2, 3)
    decoder_blocks: tuple[int, int, int, int] = (4, 3, 1, 0)
    channels: tuple[int, int, int] = (128, 192, 256)
    layers: int = 1
    hint_channels: tuple[int, int, int, int] = (24, 32, 64, 128)
    independent_encoder: bool = True
    text_width: int = 128
    text_layers: int = 2
    text_tokens: int = 48
    vocabulary: int = 1200


MINI = MiniConfig()


@dataclass(frozen=True, eq=False)
class DenoiserNetworks:
    """What the denoiser's training moves."""

    unet: Any
    controlnet: Any
    text_encoder: Any

    def modules(self) -> dict[str, nn.Module]:
        """Name -> module, in the order of the diffusers folder."""
        return {"unet": self.unet, "controlnet": self.controlnet, "text_encoder": self.text_encoder}

    def parameters(self) -> list[nn.Parameter]:
        """Everything that learns."""
        return [p for m in self.modules().values() for p in m.parameters() if p.requires_grad]


def build_autoencoder(config: MiniConfig = MINI) -> Any:
    """An untrained autoencoder, factor 8."""
    from diffusers import AutoencoderTiny

    width = (config.autoencoder_channels,) * 4
    model = AutoencoderTiny(
        latent_channels=config.latent_channels,
        encoder_block_out_channels=width,
        decoder_block_out_channels=width,
        num_encoder_blocks=config.encoder_blocks,
        num_decoder_blocks=config.decoder_blocks,
        scaling_factor=1.0,
    )
    _keep_signal(model)
    return model


def _keep_signal(autoencoder: Any) -> None:
    """Start every convolution as an orthogonal map of the channels at one pixel.

    Delta-orthogonal initialisation (Xiao et al., 2018): there is no normalisation here, and with
    the usual random kernels all channels carry the brightness alone for thousands of steps. A
    convolution of stride 2 starts on its four middle pixels, so that it folds space into channels.
    """
    from diffusers.models.autoencoders.vae import AutoencoderTinyBlock

    for layer in autoencoder.modules():
        if isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3):
            middle = slice(1, 3) if layer.stride == (2, 2) else slice(1, 2)
            taps = (middle.stop - middle.start) ** 2
            kernel = torch.empty(layer.out_channels, layer.in_channels * taps)
            nn.init.orthogonal_(kernel, gain=taps**0.25)
            nn.init.normal_(layer.weight, std=0.02)
            with torch.no_grad():
                layer.weight[:, :, middle, middle] += kernel.view(layer.weight[:, :, middle, middle].shape)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    for block in autoencoder.modules():
        if isinstance(block, AutoencoderTinyBlock):
            block.conv[-1].weight.data.mul_(0.1)


def build_denoiser(config: MiniConfig = MINI) -> DenoiserNetworks:
    """An untrained denoiser with its map encoder and text encoder.

    The map encoder is a stock ControlNet. An independent one sees neither noise nor time: its ``conv_in`` and the
    last layer of its time embedding are held at zero, its blocks have no attention to the text.
    Its residuals are the same at every step, so it runs once a picture.
    """
    from diffusers import ControlNetModel, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    shared: dict[str, Any] = {
        "in_channels": config.latent_channels,
        "block_out_channels": config.channels,
        "layers_per_block": config.layers,
        "cross_attention_dim": config.text_width,
        "norm_num_groups": 16,
    }
    down_blocks = ("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D")
    # In these classes the name holds the number of heads (diffusers issue 2011).
    heads = config.channels[-1] // 64 or 1
    unet = UNet2DConditionModel(
        out_channels=config.latent_channels,
        sample_size=64,
        down_block_types=down_blocks,
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        attention_head_dim=heads,
        **shared,
    )
    independent = config.independent_encoder
    controlnet = ControlNetModel(
        conditioning_channels=len(CHANNELS),
        conditioning_embedding_out_channels=config.hint_channels,
        down_block_types=("DownBlock2D",) * 3 if independent else down_blocks,
        mid_block_type="UNetMidBlock2D" if independent else "UNetMidBlock2DCrossAttn",
        attention_head_dim=1 if independent else heads,
        **shared,
    )
    _open_zero_convolutions(controlnet)
    if independent:
        _hold_at_zero(controlnet.conv_in, controlnet.time_embedding.linear_2)
    text_encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=config.vocabulary,
            hidden_size=config.text_width,
            intermediate_size=2 * config.text_width,
            num_hidden_layers=config.text_layers,
            num_attention_heads=max(1, config.text_width // 64),
            max_position_embeddings=config.text_tokens,
            projection_dim=config.text_width,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=1,
        )
    )
    return DenoiserNetworks(unet, controlnet, text_encoder)


def _open_zero_convolutions(controlnet: Any) -> None:
    """Start the map encoder open.

    The stock zero convolutions protect a trained UNet from an untrained ControlNet; here both
    learn from the first step, and a zero behind a group normalisation has no useful gradient.
    """
    embedding = controlnet.controlnet_cond_embedding.conv_out
    nn.init.kaiming_uniform_(embedding.weight, a=5**0.5)
    for layer in [*controlnet.controlnet_down_blocks, controlnet.controlnet_mid_block]:
        nn.init.orthogonal_(layer.weight, gain=0.5)


def _hold_at_zero(*layers: nn.Module) -> None:
    for layer in layers:
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)
            parameter.requires_grad_(False)


def build_scheduler(prediction: Prediction = "sample") -> Any:
    """DDIM on a schedule that ends in pure noise.

    Zero terminal SNR and trailing steps: Lin et al., "Common Diffusion Noise Schedules and Sample
    Steps are Flawed" (2024).
    """
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=prediction,
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
    )


def train_tokenizer(captions: Iterable[str], folder: Path, config: MiniConfig = MINI) -> Any:
    """A byte-pair tokenizer in CLIP's file format, learned from captions.

    Parameters
    ----------
    captions
        Training texts, lower case.
    folder
        Receives ``vocab.json`` and ``merges.txt``.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(pattern=" ", behavior="removed"), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=config.vocabulary,
        special_tokens=["<|startoftext|>", "<|endoftext|>"],
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    tokenizer.train_from_iterator((text.replace(",", " , ") for text in captions), trainer)
    state = json.loads(tokenizer.to_str())["model"]
    vocab = dict(state["vocab"])
    # Every byte must also stand as a whole word, as CLIP's vocabulary has it.
    for symbol in alphabet:
        vocab.setdefault(f"{symbol}</w>", len(vocab))
    if len(vocab) > config.vocabulary:
        raise ValueError(f"{len(vocab)} tokens do not fit a vocabulary of {config.vocabulary}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False), encoding="utf-8")
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in state["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")
    return load_tokenizer(folder, config)


def load_tokenizer(folder: Path, config: MiniConfig = MINI) -> Any:
    """The tokenizer of ``vocab.json`` and ``merges.txt``."""
    from transformers import CLIPTokenizer

    return CLIPTokenizer(
        vocab=str(folder / "vocab.json"),
        merges=str(folder / "merges.txt"),
        model_max_length=config.text_tokens,
        unk_token="<|endoftext|>",
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
    )


def encode_text(tokenizer: Any, texts: list[str]) -> torch.Tensor:
    """(n, text_tokens) token ids, padded and cut as the diffusers pipelines do."""
    ids = tokenizer(
        texts, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
    ).input_ids
    return torch.as_tensor(ids)
