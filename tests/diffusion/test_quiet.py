from __future__ import annotations

import pytest
import torch
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from archviz.diffusion.quiet import loading_weights, quiet_libraries


def test_the_libraries_speak_again_afterwards() -> None:
    transformers_logging.set_verbosity_info()
    before = [(lib.get_verbosity(), lib.is_progress_bar_enabled()) for lib in (diffusers_logging, transformers_logging)]
    with quiet_libraries():
        assert not diffusers_logging.is_progress_bar_enabled()
        assert transformers_logging.get_verbosity() == transformers_logging.ERROR
    after = [(lib.get_verbosity(), lib.is_progress_bar_enabled()) for lib in (diffusers_logging, transformers_logging)]
    transformers_logging.set_verbosity_warning()
    assert after == before


def test_a_failed_loading_leaves_torch_as_it_was() -> None:
    with pytest.raises(OSError), loading_weights():
        torch.set_default_dtype(torch.bfloat16)
        raise OSError
    assert torch.get_default_dtype() == torch.float32
