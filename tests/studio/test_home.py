"""What the studio keeps is for its user alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from archviz.core.errors import OptionError
from archviz.render import RenderRequest
from archviz.studio import JobStore, StudioHome, new_id, save_design
from tests.houses import write_house
from tests.studio.shelf import make_picture


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps an application's data apart by user itself")
@pytest.mark.parametrize("there_before", [False, True])
def test_no_other_user_can_look_into_it(tmp_path: Path, there_before: bool) -> None:
    """Not even where the folder itself was made before, open to others, and sessions' keys stand in it as names."""
    folder = tmp_path / "home"
    if there_before:
        folder.mkdir()
        folder.chmod(0o755)
    store = JobStore(StudioHome(folder).prepare())
    session = new_id()
    save_design(store.home, session, [("house.glb", write_house(tmp_path / "house.glb").read_bytes())])
    make_picture(store, session, RenderRequest(prompt="snow"))
    reachable = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if stat.S_IMODE((Path(place) / name).lstat().st_mode) & 0o077:
                reachable.append(Path(place) / name)
        # What lies in a closed folder is closed.
        folders[:] = [name for name in folders if Path(place) / name in reachable]
    assert not reachable, reachable
    assert stat.S_IMODE(folder.stat().st_mode) == (0o755 if there_before else 0o700), "what others made stays as it was"


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OptionError, match="set ARCHVIZ_HOME to a folder that can be written to"):
        StudioHome(tmp_path / "file" / "home").prepare()
