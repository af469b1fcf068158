"""diffusers and transformers kept from what is no news to our user: progress bars, remarks, left-overs."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

__all__ = ["loading_weights", "quiet_libraries", "warn_of_long_prompt"]

_LOGGER = logging.getLogger(__name__)


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Only errors are logged and no bar is drawn; both are as before afterwards."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    libraries = (diffusers_logging, transformers_logging)
    before = [(library.get_verbosity(), library.is_progress_bar_enabled()) for library in libraries]
    for library in libraries:
        library.set_verbosity_error()
        library.disable_progress_bar()
    try:
        yield
    finally:
        for library, (verbosity, bar) in zip(libraries, before, strict=True):
            library.set_verbosity(verbosity)
            if bar:
                library.enable_progress_bar()


@contextlib.contextmanager
def loading_weights() -> Iterator[None]:
    """Quiet loading that leaves torch as it was: a loading that fails half-way keeps the weights' precision
    as torch's default, and every later tensor of the process would have it."""
    import torch

    before = torch.get_default_dtype()
    try:
        with quiet_libraries():
            yield
    finally:
        torch.set_default_dtype(before)


def warn_of_long_prompt(tokenizer: Any, prompt: str) -> None:
    """Log how much of a prompt the text encoder reads, where that is not all of it."""
    with quiet_libraries():
        count = len(tokenizer(prompt).input_ids)
    if count > tokenizer.model_max_length:
        _LOGGER.warning(
            "the prompt has %d tokens and the engine reads the first %d; shorten it", count, tokenizer.model_max_length
        )
