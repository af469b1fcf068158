from __future__ import annotations

from pathlib import Path

import pytest

from archviz.core.errors import FileFormatError, OptionError
from archviz.core.size import Size
from archviz.diffusion import engine_specs
from archviz.diffusion.spec_file import read_spec

ENGINES = Path(__file__).parents[2] / "archviz" / "diffusion" / "engines"


def test_the_engines_are_there_lightest_first() -> None:
    assert list(engine_specs()) == ["mini", "clay", "clay-white", "sd15", "sdxl"]


def test_every_engine_has_both_names_and_a_licence() -> None:
    for spec in engine_specs().values():
        assert set(spec.names) == {"en", "vi"}
        assert spec.license
        assert spec.commercial_use


def test_large_weights_are_pinned_and_safe() -> None:
    for engine in ("sd15", "sdxl"):
        for checkpoint in engine_specs()[engine].checkpoints:
            assert len(checkpoint.revision) == 40
            assert all(name.endswith((".safetensors", ".json")) for name in checkpoint.files)
            assert checkpoint.revision in checkpoint.fetch_command
            assert all(f'"{name}"' in checkpoint.fetch_command for name in checkpoint.files if "json" not in name)


def test_the_padded_size_only_grows_and_by_less_than_a_step() -> None:
    rule = engine_specs()["mini"].size
    assert rule.padded(Size(64, 128)) == Size(64, 128)
    assert rule.padded(Size(65, 100)) == Size(128, 128)


def test_the_few_step_lora_is_needed_only_when_asked_for() -> None:
    spec = engine_specs()["sd15"]
    assert [c.role for c in spec.needed()] == ["base", "depth", "edges"]
    assert [c.role for c in spec.needed(few_step=True)] == ["base", "depth", "edges", "few-step"]
    with pytest.raises(OptionError, match="mini has no few-step LoRA"):
        engine_specs()["mini"].needed(few_step=True)


@pytest.mark.parametrize(
    ("engine", "old", "new", "said"),
    [
        ("mini", 'id = "mini"', 'id = "tiny"', "mini.toml: id = 'tiny' is not accepted; give one of mini"),
        ("mini", 'id = "mini"', 'id = "mini"\nspeed = 3', "mini.toml: unknown key 'speed'; accepted: checkpoints,"),
        ("mini", "steps = 4\n", "", r"mini.toml \[sampling\]: steps is missing; give a whole number"),
        ("mini", "steps = 4\n", "steps = 4.5\n", r"mini.toml \[sampling\]: steps = 4.5 is not accepted"),
        ("mini", "steps = 4\n", "steps = true\n", r"steps = True is not accepted"),
        ("mini", "steps = 4\n", "steps = 60\n", r"\[sampling\]: steps = 60 is out of range; give 1 to 50"),
        ("mini", "native = [512, 512]", "native = [512]", r"\[size\]: native = \[512\] is not accepted"),
        ("mini", 'en = "Mini', 'fr = "Mini', r"\[names\]: en is missing"),
        ("mini", 'controls = ["stack"]', 'controls = ["lines"]', "controls holds 'lines'; accepted: stack"),
        ("mini", 'packaged = "mini"\n', "", "base: give packaged or repository"),
        ("mini", "memory_gb = 1.5", "memory_gb = -1", "memory_gb = -1 is out of range"),
        (
            "mini",
            "[sampling]",
            '[program]\npackages = []\nlicense = ""\ncommercial_use = ""\n[sampling]',
            "one of them",
        ),
        ("clay", 'family = "clay"', 'family = "sd15"', r"no other family has \[program\]"),
        ("clay", 'finish = "materials"', 'finish = "gold"', r"\[start\]: finish = 'gold' is not accepted"),
        ("sd15", "strict = 0.75", "strict = 1.75", r"\[start\]: strict = 1.75 is out of range; give 0 to 1"),
        ("sd15", "451f4fe16113", "main-16113", "is not a commit of 40 hex digits"),
        ("sd15", "text_encoder/model.fp16.safetensors", "text_encoder/model.bin", "only .safetensors and .json"),
        ("sd15", "UniPCMultistepScheduler", "FlowMatchEulerDiscreteScheduler", r"\[sampling\]: scheduler = 'Flow"),
        ("sd15", 'role = "depth"', 'role = "base"', "each other role at most once"),
        ("sd15", 'role = "few-step"', 'role = "union"', "go together"),
        ("sd15", '"stable-diffusion-v1-5/stable-diffusion-v1-5"', '"sd"', "is not owner/name"),
    ],
)
def test_a_wrong_file_is_refused_by_file_table_and_key(
    engine: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    text = (ENGINES / f"{engine}.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{engine}.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FileFormatError, match=said):
        read_spec(path)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mini.toml"
    path.write_text("id = ", encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"mini.toml: .*an engine is a TOML file"):
        read_spec(path)
