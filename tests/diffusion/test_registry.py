from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archviz.core.errors import FileFormatError, OptionError
from archviz.diffusion import engine_specs, load_engine

HEAVY = "torch diffusers transformers huggingface_hub numpy.f2py"


def test_an_unknown_engine_is_told_the_choices() -> None:
    with pytest.raises(OptionError, match="engine 'maxi' is not known; accepted: mini, sd15, sdxl"):
        load_engine("maxi")


def test_the_engines_are_listed_without_a_heavy_library() -> None:
    code = (
        "import sys, archviz.diffusion as d; d.engine_specs(); "
        f"print([m for m in '{HEAVY}'.split() if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_family_loads_from_a_local_folder(mini_folder: Path, large_folder: Path) -> None:
    for engine_id, spec in engine_specs().items():
        weights = mini_folder if engine_id == "mini" else large_folder
        engine = load_engine(engine_id, device="cpu", weights=weights, threads=1)
        assert engine.spec is spec
        assert engine.numerics_key()["engine"] == engine_id
        assert engine.numerics_key()["threads"] == 1


def test_a_broken_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FileFormatError, match=str(tmp_path)):
        load_engine("mini", weights=tmp_path)
