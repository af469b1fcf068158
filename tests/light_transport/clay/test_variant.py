"""What Mitsuba computes with: probed once a machine, and again where the machine is another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from archviz.core.errors import OptionError
from archviz.light_transport.clay import choose_variant, variant


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """The variants that were probed, on a machine without a card whose compiler works."""
    asked: list[str] = []

    def probe(name: str) -> bool:
        asked.append(name)
        return name == "llvm_ad_rgb"

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(variant, "probe_variant", probe)
    variant._ready_variants.cache_clear()
    yield asked
    variant._ready_variants.cache_clear()


def _as_a_new_process() -> str:
    variant._ready_variants.cache_clear()
    return choose_variant()


def test_a_machine_is_probed_once(probes: list[str], tmp_path: Path) -> None:
    assert choose_variant() == choose_variant("cpu") == "llvm_ad_rgb"
    assert probes == ["cuda_ad_rgb", "llvm_ad_rgb"]
    assert _as_a_new_process() == "llvm_ad_rgb" and len(probes) == 2
    assert json.loads((tmp_path / "archviz" / "mitsuba.json").read_text())["ready"] == ["llvm_ad_rgb", "scalar_rgb"]
    with pytest.raises(OptionError, match="the path tracer finds no card it can use; give cpu"):
        choose_variant("cuda:0")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}', '{"key": [], "ready": []}'])
def test_a_broken_file_is_written_again(text: str, probes: list[str], tmp_path: Path) -> None:
    choose_variant()
    (tmp_path / "archviz" / "mitsuba.json").write_text(text)
    assert _as_a_new_process() == "llvm_ad_rgb" and len(probes) == 4


def test_another_compiler_is_probed(probes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    choose_variant()
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", "/opt/llvm/libLLVM.so")
    _as_a_new_process()
    assert len(probes) == 4


def test_without_a_place_to_keep_it_every_process_asks(
    probes: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert choose_variant() == "llvm_ad_rgb" == _as_a_new_process()
    assert len(probes) == 4
