from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archviz.core.errors import MissingWeightsError
from archviz.diffusion import engine_specs, load_engine, readiness
from archviz.diffusion.checkpoints import find_weights, fingerprint_weights


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def fill_cache(cache: Path, large_folder: Path, engine: str) -> dict[str, Path]:
    """The repositories in the layout of the hub's cache."""
    places = {}
    for checkpoint in engine_specs()[engine].checkpoints:
        home = cache / f"models--{checkpoint.repository.replace('/', '--')}"
        places[checkpoint.role] = home / "snapshots" / checkpoint.revision
        shutil.copytree(large_folder / checkpoint.repository, places[checkpoint.role])
    return places


def test_missing_weights_are_one_message_with_all_one_needs(hub_cache: Path) -> None:
    with pytest.raises(MissingWeightsError) as caught:
        load_engine("sd15")
    message = caught.value.message
    assert "\n" not in message
    assert "3.5 GB" in message
    assert "CreativeML Open RAIL-M" in message
    assert "commercial use: yes, within" in message
    assert message.count("hf download") == 3
    assert "--revision 539f99181d33db39cf1af2e517cd8056785f0a87" in message
    assert "mini works meanwhile" in message
    assert "lcm-lora" not in message
    assert readiness(engine_specs()["sd15"]).message == message


def test_only_what_is_missing_is_asked_for(hub_cache: Path, large_folder: Path) -> None:
    places = fill_cache(hub_cache, large_folder, "sdxl")
    assert find_weights(engine_specs()["sdxl"]) == {role: places[role] for role in ("base", "union")}
    (places["union"] / "diffusion_pytorch_model.safetensors").unlink()
    state = readiness(engine_specs()["sdxl"])
    assert not state.ready
    assert "2.5 GB" in state.message
    assert "stabilityai" not in state.message


def test_another_commit_in_the_cache_is_not_taken(hub_cache: Path, large_folder: Path) -> None:
    places = fill_cache(hub_cache, large_folder, "sdxl")
    places["base"].rename(places["base"].with_name("0" * 40))
    assert not readiness(engine_specs()["sdxl"]).ready


def test_a_local_folder_holds_a_folder_for_each_repository(large_folder: Path, tmp_path: Path) -> None:
    spec = engine_specs()["sd15"]
    found = find_weights(spec, weights=large_folder, few_step=True)
    assert found == {c.role: large_folder / c.repository for c in spec.checkpoints}
    assert readiness(spec, weights=large_folder) == readiness(spec, weights=large_folder)
    assert readiness(spec, weights=large_folder).message == "sd15: ready, 3 checkpoints found"
    empty = readiness(spec, weights=tmp_path).message
    assert f'--local-dir "{tmp_path / "stable-diffusion-v1-5/stable-diffusion-v1-5"}"' in empty


def test_minis_folder_is_named_when_it_is_empty(tmp_path: Path, mini_folder: Path) -> None:
    with pytest.raises(MissingWeightsError, match=f"{tmp_path} holds no model_index.json"):
        load_engine("mini", weights=tmp_path)
    assert readiness(engine_specs()["mini"], weights=mini_folder).ready


def test_the_fingerprint_is_of_the_weights_and_not_of_the_place(mini_folder: Path, tmp_path: Path) -> None:
    spec = engine_specs()["mini"]

    def fingerprint(folder: Path) -> str:
        return fingerprint_weights(spec, {"base": folder}, weights=folder)

    copy = tmp_path / "elsewhere"
    shutil.copytree(mini_folder, copy)
    (copy / "README.md").write_text("a model card", encoding="utf-8")
    assert fingerprint(copy) == fingerprint(mini_folder)
    file = copy / "unet" / "diffusion_pytorch_model.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    assert fingerprint(copy) != fingerprint(mini_folder)


def test_weights_of_the_hub_are_known_by_their_commit(hub_cache: Path, large_folder: Path) -> None:
    fill_cache(hub_cache, large_folder, "sdxl")
    spec = engine_specs()["sdxl"]
    plain, fast = find_weights(spec), find_weights(spec, few_step=True)
    assert fingerprint_weights(spec, plain) == fingerprint_weights(spec, {"base": Path("/x"), "union": Path("/y")})
    assert fingerprint_weights(spec, plain) != fingerprint_weights(spec, fast)
