"""diffusers and transformers without their progress bars and remarks, which are no news to our user."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

__all__ = ["quiet_libraries", "warn_of_long_prompt"]

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


def warn_of_long_prompt(tokenizer: Any, prompt: str) -> None:
    """Log how much of a prompt the text encoder reads, where that is not all of it."""
    with quiet_libraries():
        count = len(tokenizer(prompt).input_ids)
    if count > tokenizer.model_max_length:
        _LOGGER.warning(
            "the prompt has %d tokens and the engine reads the first %d; shorten it", count, tokenizer.model_max_length
        )
