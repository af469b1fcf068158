"""Damaged files end in a refusal in words or in a model that holds together; 600 of them here.

Thousands more: ``python -m tests.hostile --count 10000``.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from archviz.studio.home import StudioHome
from tests.hostile.judge import fault
from tests.hostile.mutate import mutation, seeds
from tests.hostile.upload import open_upload, own_temporary_folder

_COUNT, _BATCH = 600, 50
_PACKED = ("binary.fbx", ".3mf", ".usdz", ".zip", ".ifczip", ".png", ".jpg", ".webp", ".bmp", ".heic")


@pytest.mark.parametrize("name", seeds())
def test_every_seed_is_read(tmp_path: Path, name: str) -> None:
    watched = open_upload(StudioHome(tmp_path / "home").prepare(), [(name, seeds()[name])])
    assert watched.refusal is None
    assert watched.source is not None and fault(watched) is None


def test_a_mutation_is_the_same_each_time() -> None:
    assert [mutation(n) for n in range(40)] == [mutation(n) for n in range(40)]
    # Another day or computer packs pictures and archives otherwise; the rest is the same for ever.
    plain = [data for name, data in map(mutation, range(200)) if not name.endswith(_PACKED)]
    assert hashlib.sha256(b"".join(plain)).hexdigest()[:12] == "ba362bc3f2fc"
    assert len({mutation(n) for n in range(600)}) > 550


@pytest.mark.parametrize("first", range(0, _COUNT, _BATCH))
def test_mutations(tmp_path: Path, first: int) -> None:
    home = StudioHome(tmp_path / "home").prepare()
    faults = {}
    with own_temporary_folder(tmp_path / "temporary") as temporary:
        for number in range(first, first + _BATCH):
            watched = open_upload(home, [mutation(number)])
            if found := fault(watched):
                faults[number, mutation(number)[0]] = found
            shutil.rmtree(home.designs)
            home.designs.mkdir()
        assert list(temporary.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "temporary"]
    assert not faults
