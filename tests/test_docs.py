"""Every option and every id stands in the documentation."""

import argparse
import re
import tomllib
from pathlib import Path

from PIL import Image

from archviz.cli.options import build_parser
from archviz.diffusion import engine_specs
from archviz.geometry.loaders import MODEL_SUFFIXES
from archviz.geometry.views import VIEW_PRESETS
from archviz.presets import environments, lightings

ROOT = Path(__file__).resolve().parent.parent
UI_TEXTS = ROOT / "archviz" / "ui" / "texts"
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def _commands() -> dict[str, argparse.ArgumentParser]:
    actions = [a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return {name: parser for action in actions for name, parser in action.choices.items()}


def test_every_command_and_option_is_described() -> None:
    commands = _commands()
    assert len(commands) >= 8
    for name, parser in commands.items():
        assert f"## {name}\n" in TEXT
        for option in (o for a in parser._actions for o in a.option_strings):
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", TEXT), f"{name} {option}"


def test_every_id_is_described() -> None:
    for identifier in [*environments(), *lightings(), *VIEW_PRESETS, *engine_specs()]:
        assert f"`{identifier}`" in TEXT, identifier


def test_every_format_is_described() -> None:
    hints = [
        tomllib.loads(path.read_text("utf-8"))["start"]["upload_formats"] for path in sorted(UI_TEXTS.glob("*.toml"))
    ]
    assert len(hints) == 2
    usage = next(a.help for a in _commands()["inspect"]._actions if a.dest == "input")
    table = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    for suffix in MODEL_SUFFIXES:
        assert f"`{suffix}`" in table, suffix
        for text in (*hints, str(usage)):
            assert re.search(rf"{re.escape(suffix)}\b", text), (suffix, text)


def test_the_app_s_pictures_are_shown_and_light() -> None:
    """As the browser tests make them; a page of seven is read over a slow line too."""
    page = (ROOT / "docs" / "app.md").read_text(encoding="utf-8")
    pictures = sorted((ROOT / "docs" / "app").glob("*.png"))
    assert len(pictures) >= 6
    for path in pictures:
        assert f"](app/{path.name})" in page, path.name
        assert path.stat().st_size < 400_000, path.name
        with Image.open(path) as picture:
            assert picture.width <= 1280


def test_links_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
