"""Runs the viewer's own JavaScript outside a browser, in the Node that Playwright brings along."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import playwright

from archviz.ui import viewer

JS = Path(viewer.__file__).with_name("js")


def run_module(folder: Path, script: str, given: Any) -> Any:
    """What ``script`` returns; it is the body of a function of ``given``, with the pure modules at hand."""
    for name in ("camera.js", "rig.js", "sun.js"):
        shutil.copy(JS / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "run.js").write_text(
        'import * as camera from "./camera.js";\nimport * as rig from "./rig.js";\nimport * as sun from "./sun.js";\n'
        'import { readFileSync } from "node:fs";\n'
        f"const body = (given) => {{ {script} }};\n"
        "console.log(JSON.stringify(body(JSON.parse(readFileSync(0, 'utf8')))));\n"
    )
    node = Path(playwright.__file__).parent / "driver" / "node"
    done = subprocess.run(
        [str(node), str(folder / "run.js")], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
