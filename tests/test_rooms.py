"""Imports point down the rooms; the public surface is stated; starting is quick."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "archviz"
_GROUND = {"core"}
_BELOW_RENDER = _GROUND | {
    "control",
    "diffusion",
    "fidelity",
    "geometry",
    "isolation",
    "light_transport",
    "lighting",
    "presets",
    "prompt",
    "sketch",
}
# Room -> the rooms it may import, beside itself.
MAY_IMPORT = {
    "core": set(),
    "isolation": _GROUND,
    "geometry": _GROUND | {"isolation"},
    "lighting": _GROUND,
    "sketch": _GROUND | {"isolation"},
    "presets": _GROUND,
    "light_transport": _GROUND | {"geometry", "lighting"},
    "control": _GROUND,
    "prompt": _GROUND,
    "fidelity": _GROUND,
    "diffusion": _GROUND,
    "samples": _GROUND,
    "render": _BELOW_RENDER,
    "studio": _BELOW_RENDER | {"render", "samples"},
    "cli": _BELOW_RENDER | {"render", "samples", "studio"},
    "ui": _BELOW_RENDER | {"render", "samples", "studio"},
    "training": _BELOW_RENDER | {"render", "samples"},
}
HEAVY = ("torch", "diffusers", "transformers", "cv2", "trimesh", "scipy", "pvlib", "streamlit", "skimage", "mitsuba")


def _modules() -> list[Path]:
    return sorted(p for p in ROOT.rglob("*.py") if p != ROOT / "__init__.py")


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _imported_rooms(tree: ast.Module) -> set[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".") for name in names]
    return {p[1] for p in parts if p[0] == "archviz" and len(p) > 1 and not p[1].startswith("__")}


@pytest.mark.parametrize("path", _modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    room = _room(path)
    assert room in MAY_IMPORT, f"room {room} is not in the design"
    upward = _imported_rooms(ast.parse(path.read_text(encoding="utf-8"))) - MAY_IMPORT[room] - {room}
    assert not upward, f"{path.relative_to(ROOT)} imports {sorted(upward)}"


def test_the_import_rule_sees_every_form() -> None:
    tree = ast.parse("import archviz.cli\nfrom archviz import render\ndef f():\n    from archviz.ui.main import page\n")
    assert _imported_rooms(tree) == {"cli", "render", "ui"}


@pytest.mark.parametrize(
    # The path tracer's scripts run in an interpreter of their own; nobody imports from them.
    "path",
    [p for p in _modules() if "cycles" not in p.parts],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_public_surface_is_stated(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    defined: set[str] = set()
    stated: list[str] | None = None
    for node in [n for top in body for n in (ast.walk(top) if isinstance(top, (ast.If, ast.Try)) else (top,))]:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            defined.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            defined |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
            defined |= names
            if "__all__" in names and node.value is not None:
                stated = ast.literal_eval(node.value)
    holds_code = any(isinstance(n, (ast.FunctionDef, ast.ClassDef)) for n in body)
    if path.name != "__main__.py" and holds_code:
        assert stated is not None, f"{path.relative_to(ROOT)} has no __all__"
    assert not set(stated or ()) - defined, f"{path.relative_to(ROOT)} states names that it does not define"


def test_starting_imports_nothing_heavy() -> None:
    code = (
        "import sys, archviz, archviz.cli\n"
        "archviz.cli.main(['presets', '--no-such-option'])\n"
        f"print([m for m in {(*HEAVY, 'numpy')!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_request_is_built_without_heavy_libraries() -> None:
    code = (
        "import sys, archviz.render\n"
        "archviz.render.RenderRequest(lighting='noon')\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
