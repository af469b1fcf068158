import json

import numpy as np

from archviz.fidelity import report
from tests.fidelity.flat import flat_view, painted, wall_in_sky
from tests.fidelity.scenes import shifted, view

SCORES = {"edge_recall", "silhouette_iou", "straightness_px", "openings", "shadow_agreement", "drift_px"}


def test_a_full_report_holds_every_score():
    v = view(1)
    full = report(
        v.picture,
        v.gbuffer,
        light=v.light,
        reference=v.light.deferred.array,
        other=shifted(v.picture, 2, 2),
        turned={0: v.light},
    )
    data = json.loads(json.dumps(full.to_json(), allow_nan=False))
    assert set(data) >= SCORES
    assert data["edge_recall"] > 0.9 and data["silhouette_iou"] > 0.95
    # Its lines run a little aslant, and two of them stand four pixels apart.
    assert abs(data["drift_px"] - 2) < 0.2
    assert data["shadow_agreement"] > 0.97 and data["shadow_rank"] == {"rank": 1, "of": 2}
    assert data["edge_recall"] == round(full.building.score, 4) == data["edges"]["building"]["score"]
    assert data["edges"]["building"]["recall"] > data["edge_recall"] > data["edges"]["building"]["chance"]


def test_what_has_no_meaning_is_null_with_a_reason():
    ids = wall_in_sky(height=20, width=20)
    data = report(painted(ids), flat_view(ids)).to_json()
    assert {k for k in SCORES if data[k] is None} == set(data["reasons"])
    assert data["reasons"]["openings"] == "no openings were given"
    assert data["reasons"]["shadow_agreement"] == "no light was given"
    assert data["reasons"]["drift_px"] == "no reference picture was given"
    assert all(data["reasons"].values())


def test_noise_is_reported_as_noise():
    v = view(4)
    noise = np.random.default_rng(0).integers(0, 256, v.picture.shape, dtype=np.uint8)
    data = report(noise, v.gbuffer, light=v.light).to_json()
    assert abs(data["edge_recall"]) <= 0.05 and data["silhouette_iou"] is None
