"""The command that opens the studio."""

from __future__ import annotations

import argparse
import getpass
import os
import subprocess
import sys
from pathlib import Path

from archviz.cli.console import Console
from archviz.core.errors import InternalError, OptionError

__all__ = ["run_app", "streamlit_command"]

_PORTS = (1024, 65535)
_AUTO = "auto"


def streamlit_command(port: int, *, address: str | None = None) -> list[str]:
    """The command that serves the studio, and reports nothing to anyone.

    Parameters
    ----------
    port
        On this computer.
    address
        Of this computer in its local network, where the studio is shared; ``None`` serves this computer only.

    Raises
    ------
    OptionError
        The port is not one that an ordinary user may open.
    """
    if not _PORTS[0] <= port <= _PORTS[1]:
        raise OptionError(f"port {port} is not accepted; give {_PORTS[0]} to {_PORTS[1]}")
    page = Path(__file__).parents[1] / "ui" / ("main.py" if address is None else "shared.py")
    settings = {
        "server.address": address or "127.0.0.1",
        "server.port": str(port),
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.enableStaticServing": "false",
        # No source changes while an architect works; a full sweep after each redrawing takes 0.1 s of a click.
        "server.fileWatcherType": "none",
        "runner.postScriptGC": "false",
        "browser.serverAddress": address or "localhost",
        "browser.gatherUsageStats": "false",
    }
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(page),
        *(f"--{name}={value}" for name, value in settings.items()),
        *(f"--server.allowedHosts={host}" for host in ((address,) if address else ("localhost", "127.0.0.1"))),
    ]


def run_app(options: argparse.Namespace, console: Console) -> None:
    """``archviz app``: serves until it is stopped."""
    if options.share is None:
        command, environment = streamlit_command(options.port), dict(os.environ)
        console.progress(f"the studio opens at http://localhost:{options.port}; stop it with Ctrl+C")
    else:
        command, environment = _share(options, console)
    code = subprocess.run(command, env=environment, check=False).returncode
    if code not in (0, -2, 130):
        raise InternalError(f"the studio ended with code {code}; see its messages above")


def _share(options: argparse.Namespace, console: Console) -> tuple[list[str], dict[str, str]]:
    """The command and environment of a studio for the local network; says who will see what.

    Raises
    ------
    OptionError
        There is no such address, or no password.
    """
    from archviz.studio.sharing import (
        ADDRESS_VARIABLE,
        HASH_VARIABLE,
        PASSWORD_VARIABLE,
        PasswordHash,
        check_local_address,
        find_local_address,
    )

    address = find_local_address() if options.share == _AUTO else check_local_address(options.share)
    command = streamlit_command(options.port, address=address)
    environment = dict(os.environ)
    password = environment.pop(PASSWORD_VARIABLE, None)
    if password is None:
        if not sys.stdin.isatty():
            raise OptionError(f"--share needs a password; set {PASSWORD_VARIABLE} or start it in a terminal")
        password = getpass.getpass("password of the shared studio: ", stream=sys.stderr)
    environment[HASH_VARIABLE] = PasswordHash.of(password).to_text()
    environment[ADDRESS_VARIABLE] = f"{address}:{options.port}"
    console.progress(
        f"the studio is shared at http://{address}:{options.port}; stop it with Ctrl+C\n"
        "whoever is in this network and has the password can use it, and sees the samples and its own designs and"
        " pictures; someone else's only with the address that stands in that visitor's browser\n"
        "whoever uses this computer can read them all; the connection is not encrypted: share in a network you trust"
    )
    return command, environment
