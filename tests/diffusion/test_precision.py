from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from archviz.core.errors import OptionError
from archviz.diffusion.precision import Numerics, choose_numerics

PROBE = "from archviz.diffusion.precision import choose_numerics as c; n = c(device='cpu'); print(n.precision, n.capability)"


def test_without_bf16_instructions_the_processor_gets_fp32() -> None:
    laptop = os.environ | {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
    answer = subprocess.run([sys.executable, "-c", PROBE], env=laptop, capture_output=True, text=True, check=True)
    if not torch.backends.cpu.get_cpu_capability().startswith("AVX"):
        pytest.skip("not an x86 processor with AVX2")
    assert answer.stdout.split() == ["fp32", "AVX2"]


def test_bf16_is_chosen_exactly_where_the_processor_has_it() -> None:
    numerics = choose_numerics(device="cpu")
    has = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    limited = "ONEDNN_MAX_CPU_ISA" in os.environ
    assert numerics.precision == ("bf16" if has and not limited else "fp32")
    assert numerics.threads == torch.get_num_threads()


@pytest.mark.parametrize("device", ["cuda:99", "meta", "toaster"])
def test_a_device_that_is_not_here_is_named(device: str) -> None:
    with pytest.raises(OptionError, match=f"device '{device}' is not"):
        choose_numerics(device=device)


def test_threads_are_planned_for_the_run_only() -> None:
    numerics = Numerics(device="cpu", precision="fp32", threads=2, capability="any")
    before = torch.get_num_threads()
    with numerics.applied():
        assert torch.get_num_threads() == 2
        assert torch.is_inference_mode_enabled()
    assert torch.get_num_threads() == before == 1
    with pytest.raises(OptionError, match="threads 0"):
        choose_numerics(device="cpu", threads=0)


def test_the_key_holds_what_decides_the_last_bits() -> None:
    key = Numerics(device="cpu", precision="fp32", threads=3, capability="AVX2").key()
    assert set(key) == {"archviz", "torch", "diffusers", "device", "capability", "precision", "threads", "batch"}
    assert (key["torch"], key["threads"], key["batch"]) == (torch.__version__, 3, 1)
