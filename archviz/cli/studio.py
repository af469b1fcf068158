"""The command that opens the studio."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from archviz.cli.console import Console
from archviz.core.errors import InternalError, OptionError

__all__ = ["run_app", "streamlit_command"]

_PORTS = (1024, 65535)


def streamlit_command(port: int) -> list[str]:
    """The command that serves the studio on this computer only, and reports nothing to anyone.

    Raises
    ------
    OptionError
        The port is not one that an ordinary user may open.
    """
    if not _PORTS[0] <= port <= _PORTS[1]:
        raise OptionError(f"port {port} is not accepted; give {_PORTS[0]} to {_PORTS[1]}")
    page = Path(__file__).parents[1] / "ui" / "main.py"
    settings = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.enableXsrfProtection": "true",
        "server.enableStaticServing": "false",
        "browser.serverAddress": "localhost",
        "browser.gatherUsageStats": "false",
    }
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(page),
        *(f"--{name}={value}" for name, value in settings.items()),
    ]


def run_app(options: argparse.Namespace, console: Console) -> None:
    """``archviz app``: serves until it is stopped."""
    command = streamlit_command(options.port)
    console.progress(f"the studio opens at http://localhost:{options.port}; stop it with Ctrl+C")
    code = subprocess.run(command, check=False).returncode
    if code not in (0, -2, 130):
        raise InternalError(f"the studio ended with code {code}; see its messages above")
