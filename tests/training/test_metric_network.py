"""The metric network: its classes, that it learns and goes on, and that what is hidden is hidden."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from archviz.core.errors import OptionError
from archviz.presets import environments, lightings
from archviz.training.checkpoint import load_state
from archviz.training.metric_network import (
    ENVIRONMENT_CLASSES,
    ENVIRONMENTS,
    LIGHTING_CLASSES,
    LIGHTINGS,
    MetricNetwork,
    features_of,
    load_metric_network,
    recognize,
)
from archviz.training.metric_training import export_metric_network, metric_network_path, train_metric_network

TINY = (8, 8, 16, 16)


def paint(cache: Path) -> None:
    """Give each view an environment by its colour, and each mix a brightness by its light."""
    for folder, place, color in (("000001-0", "snow", (0.9, 1, 1)), ("000002-0", "forest", (0.2, 1, 0.2))):
        path = cache / "pairs" / folder
        record = json.loads((path / "record.json").read_text()) | {"environment": place}
        (path / "record.json").write_text(json.dumps(record))
        grain = np.random.default_rng(0).uniform(0.8, 1, (64, 64, 1))
        day = (250 * grain * np.array(color)).astype(np.uint8)
        np.save(path / "pictures.npy", np.stack([day, day // 8]))
    # Training never looks at what is held out: this record would end it.
    held = cache / "pairs" / "000003-0"
    record = json.loads((held / "record.json").read_text()) | {"environment": "nowhere"}
    (held / "record.json").write_text(json.dumps(record))
    (held / "pictures.npy").write_bytes(b"nothing")


def test_every_preset_has_a_class() -> None:
    assert set(LIGHTING_CLASSES) == set(lightings()) and len(LIGHTINGS) == 5
    assert set(ENVIRONMENT_CLASSES) == set(environments()) and len(ENVIRONMENTS) == 9


def test_it_learns_what_is_told_and_a_stopped_training_ends_where_an_unstopped_one_does(cache: Path) -> None:
    paint(cache)
    train_metric_network(cache, steps=40, batch=8, until=15, widths=TINY, rate=5e-3)
    train_metric_network(cache, steps=40, batch=8, widths=TINY, rate=5e-3)
    stopped = load_state(metric_network_path(cache))
    export_metric_network(cache, cache / "metric", widths=TINY)
    network = load_metric_network(cache / "metric")
    metric_network_path(cache).unlink()
    train_metric_network(cache, steps=40, batch=8, widths=TINY, rate=5e-3)
    straight = load_state(metric_network_path(cache))
    assert stopped is not None and straight is not None and stopped["step"] == straight["step"] == 40
    assert all(torch.equal(a, b) for a, b in zip(stopped["average"], straight["average"], strict=True))
    for folder, place in (("000001-0", "snow"), ("000002-0", "forest")):
        day, night = np.load(cache / "pairs" / folder / "pictures.npy")
        assert recognize(network, day).lighting == "day" and recognize(network, night).lighting == "night"
        assert recognize(network, day).environment == place


def test_without_a_checkpoint_or_a_release_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="run the step `metric-network` first"):
        export_metric_network(tmp_path, tmp_path / "metric")
    with pytest.raises(OptionError, match="`export-metric-network` first"):
        load_metric_network(tmp_path)


def test_what_is_hidden_changes_nothing_and_what_is_not_does() -> None:
    torch.manual_seed(0)
    network = MetricNetwork(TINY).eval()
    pictures, hidden = torch.rand(1, 3, 64, 64), torch.zeros(1, 1, 64, 64)
    hidden[..., 16:48] = 1
    changed = pictures.clone()
    changed[..., 16:48] = torch.rand(1, 3, 64, 32)
    with torch.inference_mode():
        one, other = network(pictures, hidden), network(changed, hidden)
        seen = network(changed, torch.zeros_like(hidden))
    assert torch.equal(one.features, other.features) and not torch.allclose(one.features, seen.features)
    assert one.lighting.shape == (1, 5) and one.environment.shape == (1, 9) and one.seen.shape == (1, 8, 8, 8)


@pytest.mark.parametrize("shape", [(200, 200), (140, 300), (300, 140)])
def test_a_whole_picture_with_its_building_hidden_is_recognised_by_the_rest(shape: tuple[int, int]) -> None:
    torch.manual_seed(1)
    network = MetricNetwork(TINY).eval()
    generator = np.random.default_rng(0)
    picture = generator.integers(0, 256, (*shape, 3), dtype=np.uint8)
    hidden = np.zeros(shape, bool)
    hidden[40:90, 50:100] = True
    other = picture.copy()
    other[44:86, 54:96] = 0
    said = []
    network.environment.register_forward_hook(lambda module, given, made: said.append(made.clone()))
    assert recognize(network, picture, hidden=hidden) == recognize(network, other, hidden=hidden)
    torch.testing.assert_close(said[0], said[1])
    recognize(network, other)
    assert not torch.allclose(said[0], said[2])


def test_features_do_not_depend_on_the_batch_they_come_in() -> None:
    torch.manual_seed(0)
    network = MetricNetwork(TINY).eval()
    crops = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
    np.testing.assert_allclose(features_of(network, crops), features_of(network, crops, batch=2), atol=1e-5)
