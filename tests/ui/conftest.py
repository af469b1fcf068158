from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from archviz.studio import JobStore, StudioHome
from archviz.studio.executor import Executor
from archviz.studio.worker import Worker
from tests.houses import write_drawing, write_house
from tests.scripted_engine import scripted_loader


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of samples: one model and one drawing."""
    folder = tmp_path_factory.mktemp("site") / "sample_models"
    folder.mkdir()
    write_house(folder / "house.glb")
    write_drawing(folder / "front.png")
    return folder


@pytest.fixture
def store(tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    """An empty studio whose samples are the two of ``shelf``."""
    from archviz import samples

    monkeypatch.setattr(samples, "_PACKAGE", shelf.parent / "archviz")
    return JobStore(StudioHome(tmp_path / "home").prepare())


@pytest.fixture
def worker(store: JobStore) -> Worker:
    """Carries out jobs when a test says so, with a scripted engine."""
    load, _ = scripted_loader()
    return Worker(store, Executor(store, load=load))


def _script(folder: str) -> None:
    from pathlib import Path

    from archviz.studio import JobStore, StudioHome
    from archviz.ui.page import show_page

    show_page(lambda: JobStore(StudioHome(Path(folder))))


def open_page(store: JobStore, **address: str) -> AppTest:
    """A browser at the page, with what stands in its address; without live previews where nothing is said of them."""
    page = AppTest.from_function(_script, args=(str(store.home.folder),), default_timeout=60)
    for key, value in {"live": "off", **address}.items():
        page.query_params[key] = value
    return page.run()


def key_now(page: AppTest, name: str) -> str:
    """The key that a widget has on the page now: another one each time the page itself changed its value."""
    turns = f"turns_of_{name}"
    return f"{name}_turn{page.session_state[turns]}" if turns in page.session_state else name


def value_of(page: AppTest, name: str) -> Any:
    """What a widget holds now."""
    return page.session_state[key_now(page, name)]


def session_of(page: AppTest) -> str:
    return str(page.query_params["studio"])


def select(page: AppTest, name: str, value: object) -> AppTest:
    if name == "lighting":
        return page.button_group(key=key_now(page, "choice_lighting")).set_value(value).run()
    return page.selectbox(key=key_now(page, f"choice_{name}")).select(value).run()


def choose_small(page: AppTest) -> None:
    """Quick choices: a small picture without surroundings."""
    page.session_state["choice_size"] = "96x64"
    page.session_state["choice_environment"] = "studio"
    page.session_state["choice_steps"] = 2


def said_on(page: AppTest) -> str:
    texts = [*page.error, *page.warning, *page.info, *page.caption, *page.markdown]
    return "\n".join([str(t.value) for t in texts] + [str(h.proto.body) for h in page.get("html")])


def pictures_on(page: AppTest) -> int:
    return len(page.get("image"))
