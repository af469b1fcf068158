"""The evaluation from end to end on small views and a tiny engine: every row, resumed, told and refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archviz.core.errors import OptionError
from archviz.training.__main__ import main
from archviz.training.dataset import view_mixes
from archviz.training.evaluation import ROWS, evaluate
from archviz.training.evaluation.crops import CROPS, crop_features
from archviz.training.evaluation.held_out import HeldOutView
from archviz.training.evaluation.makings import AUTOENCODER, FINISHED, reconstruct
from archviz.training.evaluation.measures import shadow_share
from archviz.training.evaluation.table import BEGIN, END, Line
from archviz.training.evaluation.workshop import MINI, NOISE, ONE_STEP, REGRESSION, Workshop
from archviz.training.metric_network import LIGHTING_CLASSES, MetricNetwork
from archviz.training.metric_training import export_metric_network, train_metric_network
from archviz.training.pairs import PairStore

LINES = Path(__file__).parents[3] / "archviz" / "weights" / "lines"
CHEAP = ["autoencoder", "drift", "lines", "psnr", "shadows", "texture"]


def judged(cache: Path, weights: Path, **choices: Any) -> list[Line]:
    return evaluate(cache, weights, lines_folder=LINES, metric_folder=cache / "metric", **choices)


def by_name(lines: list[Line]) -> dict[str, Line]:
    return {line.name: line for line in lines}


def without_clay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deferred colour for the path tracer's picture: what stands in this test is the rows, not the tracer."""
    monkeypatch.setattr("archviz.training.dataset.LitView.clay", lambda self, chosen, **_: self.light(chosen).deferred)


def test_a_view_is_judged_under_two_suns_and_two_other_lights(cache: Path, weights: Path) -> None:
    view = HeldOutView(Workshop(cache, weights, threads=1), PairStore(cache, split="holdout"), 0)
    sunlit = [view.lighting_class(mix) in ("day", "low sun") for mix in view.lights]
    assert sunlit == [True, True, False, False]
    every = [(m.lighting, m.sky_seed) for m in view_mixes(view.record, 0)]
    drawn = [(m.lighting, m.sky_seed) for m in view.drawn_mixes]
    assert len(set(drawn)) == 4 and drawn == [one for one in every if one in drawn] and len(every) == 8
    assert [m["lighting"] for m in view.pair["mixes"]] == [name for name, _ in drawn]
    assert len(view.store.pictures(0)) == len(view.lights) == 4
    assert view.lighting_class(view.lights[0]) == LIGHTING_CLASSES[view.pair["mixes"][view.lights[0]]["lighting"]]
    assert 0.05 < view.own.mean() < 0.9


def test_a_picture_is_made_once_and_belongs_to_the_weights(cache: Path, weights: Path, tmp_path: Path) -> None:
    view = HeldOutView(Workshop(cache, weights, threads=1), PairStore(cache, split="holdout"), 0)
    first = view.picture(ONE_STEP, view.lights[0])
    assert np.array_equal(view.kept(f"mini-1-1-{view.lights[0]}", lambda: first * 0), first)
    assert not np.array_equal(first, view.picture(MINI, view.lights[0]))
    other = tmp_path / "mini"
    shutil.copytree(weights, other)
    (other / "finisher" / "config.json").write_text((other / "finisher" / "config.json").read_text() + "\n")
    again = HeldOutView(Workshop(cache, other, threads=1), PairStore(cache, split="holdout"), 0)
    assert again.workshop.weights != view.workshop.weights
    assert not again.kept(f"mini-1-1-{view.lights[0]}", lambda: first * 0).any()
    # What other makers made stays when the weights change.
    assert np.array_equal(view.kept("test", lambda: first, maker="clay"), first)
    assert np.array_equal(again.kept("test", lambda: first * 0, maker="clay"), first)


def test_crops_are_described_once_and_compared_with_truth_at_other_places(
    cache: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Workshop, "columns", ("truth", "deferred colour"))
    monkeypatch.setattr(Workshop, "network", MetricNetwork((8, 8, 16, 16)).eval())
    view = HeldOutView(Workshop(cache, weights, threads=1), PairStore(cache, split="holdout"), 0)
    made = crop_features(view, tmp_path)
    assert {column: len(rows) for column, rows in made.items()} == dict.fromkeys(
        ("truth", "deferred colour", "truth, other places"), 4 * CROPS
    )
    assert not np.isin(made["truth"][:, 0], made["truth, other places"][:, 0]).all()
    monkeypatch.setattr("archviz.training.evaluation.crops.features_of", lambda network, crops: crops[:1, 0, 0, :1])
    again = crop_features(view, tmp_path)
    assert again.keys() == made.keys() and all(np.array_equal(again[c], made[c]) for c in made)
    # A truth that was mixed anew is another truth.
    view.pair["mix_version"] = 99
    assert all(len(rows) == 1 for rows in crop_features(view, tmp_path).values())


def test_truth_is_itself_and_a_stopped_evaluation_goes_on(
    cache: Path, weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = by_name(judged(cache, weights, views=2, rows=CHEAP))
    assert next(iter(lines)) == "autoencoder: PSNR, dB"
    relative = lines["edge evidence, building, relative to truth"]
    assert relative.reach == ">= 0.95" and "truth" not in relative.cells
    truth, deferred = (lines["edge evidence, building"].cells[c] for c in ("truth", "deferred colour"))
    ratio = relative.cells["deferred colour"]
    assert truth is not None and deferred is not None and ratio is not None
    # Deferred colour has the edges of its model; a network of random weights has none.
    assert ratio.mean == pytest.approx(deferred.mean / truth.mean) and ratio.mean > 0.8 and truth.scenes == 2
    # A finisher that has learned nothing yet lays half of the deferred colour over what it is given.
    alone, finished = (lines["autoencoder: edge evidence, building"].cells[c] for c in (AUTOENCODER, FINISHED))
    assert alone is not None and finished is not None and alone.mean < 0.2 and finished.mean > alone.mean + 0.3
    grass = lines["top octave of grass"].cells["truth"]
    assert grass is not None and grass.mean > 1 and lines["top octave of grass, relative to truth"].cells[MINI]
    assert "truth" not in lines["PSNR to truth, dB"].cells
    share = lines["drift, share over 2 px"].cells["truth"]
    assert share is not None and 0 <= share.mean <= 0.1
    monkeypatch.setattr("archviz.training.evaluation.workshop.Workshop.engine", None)
    monkeypatch.setattr("archviz.training.evaluation.measures.edge_evidence", None)
    again = by_name(judged(cache, weights, views=2, rows=CHEAP))
    assert again == lines
    assert "| edge evidence, building | - | 2 |" in capsys.readouterr().out
    made = json.loads((cache / "evaluation" / "figures.json").read_text())
    assert made["views"] == made["scenes"] == 2
    assert made["figures"]["edge evidence, building"]["truth"]["mean"] == truth.mean
    # Three views and one more row are asked for, and nothing is measured: two have the figures, none has colours.
    there = by_name(judged(cache, weights, views=3, rows=[*CHEAP, "colour"], measure=False))
    assert there["edge evidence, building"] == lines["edge evidence, building"]
    assert not there["colour nearest to its own of 8 materials"].cells


def test_released_values_are_counted_again_without_pictures(cache: Path, weights: Path, tmp_path: Path) -> None:
    released, card = tmp_path / "measured", tmp_path / "README.md"
    card.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    rows = ["psnr", "texture"]
    lines = judged(cache, weights, views=2, rows=rows, card=card, released=released)
    written = card.read_text(encoding="utf-8")
    assert "2 held-out views of 2 scenes" in written and (released / "psnr.json").is_file()
    card.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    assert judged(tmp_path / "empty", weights, rows=rows, card=card, released=released, measure=False) == lines
    assert card.read_text(encoding="utf-8") == written
    # A third view joins them.
    third = by_name(judged(cache, weights, views=3, rows=["psnr"], released=released))["PSNR to truth, dB"].cells[MINI]
    assert third is not None and third.scenes == 3


def test_shadows_are_kept_as_far_as_they_are_better_than_chance() -> None:
    assert shadow_share(0.95, 1.0) == pytest.approx(0.9)
    assert shadow_share(0.5, 0.8) == 0 and shadow_share(0.4, 0.75) == pytest.approx(-0.4)
    # A truth that hardly shows its shadows, or none, judges nobody.
    assert shadow_share(0.7, 0.74) is shadow_share(0.9, None) is shadow_share(None, 0.9) is None


@pytest.mark.slow
def test_every_row_has_its_figures(cache: Path, weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_clay(monkeypatch)
    monkeypatch.setattr("archviz.training.evaluation.makings._SIDES_PX", (192, 256))
    monkeypatch.setattr("archviz.training.evaluation.run._drawings", lambda cache, count: [])
    train_metric_network(cache, steps=2, batch=2)
    export_metric_network(cache, cache / "metric")
    card = tmp_path / "README.md"
    card.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    # A regression as good as the engine: any release stands for it.
    monkeypatch.setattr(Workshop, "regression_folder", weights)
    released = tmp_path / "measured"
    lines = by_name(judged(cache, weights, views=3, card=card, released=released))
    wanted = {figure.name for row, of in ROWS.items() if row != "lines-to-depth" for figure in of.figures}
    sized = {f"edge evidence, building, {side} px" for side in (768, 1024)}
    assert wanted - sized - {"KID"} <= set(lines)
    assert f"KID on {3 * 4 * CROPS} crops, too few" in lines
    colour = lines["colour nearest to its own of 8 materials"].cells["deferred colour"]
    assert colour is not None and colour.mean > 0.5
    assert lines["seeds: building's edges, median px"].cells.keys() == {MINI}
    seeds = lines["seeds: imagined surroundings over precision"].cells[MINI]
    assert seeds is not None and seeds.mean > 1
    drawn = lines["drawing, lines only: edge evidence"].cells["truth"]
    assert drawn is not None and drawn.mean > 0.5
    assert set(lines["lighting recognised"].cells) >= {"truth", MINI, REGRESSION, "deferred colour"}
    one_step = lines["PSNR to truth, dB"].cells[ONE_STEP]
    assert lines["PSNR to truth, dB"].cells[REGRESSION] == one_step, "it is asked for one step from noise"
    hidden = "environment recognised, building-only maps, building hidden"
    assert set(lines[hidden].cells) == {"truth", MINI, NOISE, "deferred colour"}
    # The crops' distance has no value a view, and is released as it is.
    (cache / "metric").rename(tmp_path / "metric")
    again = by_name(judged(tmp_path, weights, rows=["kid", "lighting"], released=released, measure=False))
    kid = f"KID on {3 * 4 * CROPS} crops, too few"
    assert again[kid] == lines[kid] and again["lighting recognised"] == lines["lighting recognised"]
    assert "| KID on" in card.read_text(encoding="utf-8")
    assert (cache / "evaluation" / "contact-sheet.jpg").exists()


def test_a_row_that_is_not_known_is_refused(cache: Path, weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OptionError, match="row 'edges' is not known; accepted: autoencoder, lines"):
        judged(cache, weights, rows=["edges"])
    with pytest.raises(SystemExit) as ended:
        main(["--cache", str(cache), "evaluate", "--folder", str(weights), "--rows", "psnr,edges"])
    assert ended.value.code == 2 and "row 'edges' is not known" in capsys.readouterr().err


def test_rows_that_recognise_need_the_metric_network(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(OptionError, match=r"run `python -m archviz\.training metric-network`"):
        judged(tmp_path, weights, rows=["kid"])


def test_a_picture_goes_through_the_autoencoder_in_its_own_range() -> None:
    class Halving:
        """Its latents are the picture at half contrast."""

        def encode(self, shown):  # type: ignore[no-untyped-def]
            return type("Encoded", (), {"latents": shown / 2})

        def decode(self, latents):  # type: ignore[no-untyped-def]
            return type("Decoded", (), {"sample": latents})

    picture = np.array([[[0, 255, 127]]], np.uint8).repeat(4, 0)
    made = reconstruct(Halving(), picture)
    np.testing.assert_allclose(made[0, 0], [64, 191, 127], atol=1)
