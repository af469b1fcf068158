"""Views that were kept are there again, and are nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.studio import StudioHome, new_id
from archviz.ui.viewer.saved import MOST_VIEWS, SavedView, SavedViews

CAMERA = Camera(position_m=(1.25, -9.0, 1.6), target_m=(0, 0, 1.6), shift=(0.1, 0.2), focal_mm=35, size=Size(768, 512))


def test_kept_replaced_and_dropped(tmp_path: Path) -> None:
    home, session = StudioHome(tmp_path).prepare(), new_id()
    views = SavedViews(home, session, "sample:house.glb")
    assert views.all() == ()
    views.keep(SavedView(name="từ sân", camera=CAMERA))
    views.keep(SavedView(name="gate", camera=CAMERA))
    other = Camera(position_m=(0, -5, 1.6), target_m=(0, 0, 1.6))
    views.keep(SavedView(name="từ sân", camera=other))
    again = SavedViews(home, session, "sample:house.glb").all()
    assert again == (SavedView(name="gate", camera=CAMERA), SavedView(name="từ sân", camera=other))
    assert SavedViews(home, new_id(), "sample:house.glb").all() == ()
    assert SavedViews(home, session, "sample:other.glb").all() == ()
    views.drop("gate")
    views.drop("never kept")
    assert [view.name for view in views.all()] == ["từ sân"]


def test_what_cannot_be_kept(tmp_path: Path) -> None:
    home = StudioHome(tmp_path).prepare()
    with pytest.raises(OptionError, match="one line"):
        SavedView(name="two\nlines", camera=CAMERA)
    with pytest.raises(OptionError, match="session"):
        SavedViews(home, "../..", "text")
    views = SavedViews(home, new_id(), "text")
    for number in range(MOST_VIEWS):
        views.keep(SavedView(name=str(number), camera=CAMERA))
    with pytest.raises(OptionError, match="delete one first"):
        views.keep(SavedView(name="more", camera=CAMERA))


def test_a_broken_file_is_no_views(tmp_path: Path) -> None:
    session = new_id()
    views = SavedViews(StudioHome(tmp_path).prepare(), session, "text")
    views.keep(SavedView(name="a", camera=CAMERA))
    next((tmp_path / "views" / session).iterdir()).write_text('[{"name": 3}]')
    assert views.all() == ()
