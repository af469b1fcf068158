"""Views that were kept are there again, and are nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from archviz.core.camera import Camera
from archviz.core.errors import OptionError
from archviz.core.size import Size
from archviz.studio import Database, Projects, StudioHome, new_id
from archviz.ui.viewer.saved import MOST_VIEWS, SavedView, SavedViews

CAMERA = Camera(position_m=(1.25, -9.0, 1.6), target_m=(0, 0, 1.6), shift=(0.1, 0.2), focal_mm=35, size=Size(768, 512))


def _projects(folder: Path) -> Projects:
    return Projects(Database(StudioHome(folder).prepare()))


def test_kept_replaced_and_dropped(tmp_path: Path) -> None:
    projects, session = _projects(tmp_path), new_id()
    views = SavedViews(projects, session, "sample:house.glb")
    assert views.all() == ()
    views.keep(SavedView(name="từ sân", camera=CAMERA))
    views.keep(SavedView(name="gate", camera=CAMERA))
    other = Camera(position_m=(0, -5, 1.6), target_m=(0, 0, 1.6))
    views.keep(SavedView(name="từ sân", camera=other))
    again = SavedViews(projects, session, "sample:house.glb").all()
    assert again == (SavedView(name="gate", camera=CAMERA), SavedView(name="từ sân", camera=other))
    assert SavedViews(projects, new_id(), "sample:house.glb").all() == ()
    assert SavedViews(projects, session, "sample:other.glb").all() == ()
    views.drop("gate")
    views.drop("never kept")
    assert [view.name for view in views.all()] == ["từ sân"]


def test_what_cannot_be_kept(tmp_path: Path) -> None:
    projects = _projects(tmp_path)
    with pytest.raises(OptionError, match="one line"):
        SavedView(name="two\nlines", camera=CAMERA)
    with pytest.raises(OptionError, match="session"):
        SavedViews(projects, "../..", "text")
    views = SavedViews(projects, new_id(), "text")
    for number in range(MOST_VIEWS):
        views.keep(SavedView(name=str(number), camera=CAMERA))
    with pytest.raises(OptionError, match="delete one first"):
        views.keep(SavedView(name="more", camera=CAMERA))
