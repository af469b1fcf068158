"""The door of a studio that is for this computer's user alone: who else asks is told so, and reaches no session.

It stands before Streamlit, which by itself lets in a page whose name was pointed at this computer (DNS rebinding)
and any page of another server on it, and which asks a server on the internet for this computer's address to judge
an origin that it does not know.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlunsplit

import streamlit as st

from archviz.ui.gate import POLICY_VIOLATION, answer, texts_for

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["HOSTS", "LoopbackDoor", "open_in_browser", "socket_owner"]

# Not ::1: the server listens at 127.0.0.1 alone.
HOSTS = ("localhost", "127.0.0.1")
# Linux lists every TCP socket with its user; one of IPv6 may hold an IPv4 address.
_SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LOCAL, _REMOTE, _USER = 1, 2, 7
_ROOT = 0
_PLAIN = (b"content-type", b"text/plain; charset=utf-8")

Address = tuple[str, int]


class LoopbackDoor:
    """ASGI middleware that lets this computer's user in, and no other site's page and no other user.

    Parameters
    ----------
    app
        What is behind the door.
    owner
        User id of the socket that a client (first) asks a server (second) from; ``None`` where nothing tells.
    user
        Who is let in, beside root, who can read everything anyway; ``None`` on systems without user ids.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        owner: Callable[[Address, Address], int | None] | None = None,
        user: int | None = None,
    ) -> None:
        self._app = app
        self._owner = owner or socket_owner
        self._user = user if user is not None else getattr(os, "getuid", lambda: None)()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        reason = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            await answer(send, 403, texts_for(headers)(reason).encode("utf-8"), (_PLAIN,))

    def _refusal(self, scope: Scope) -> str | None:
        """Key of the text that says why a request is not let through."""
        hosts, origins = _all(scope, b"host"), _all(scope, b"origin")
        if len(hosts) != 1 or not _is_ours(hosts[0]):
            return "door.host"
        # The same host and port: another server on this computer is another site.
        if len(origins) > 1 or any(origin != f"{_scheme(scope)}://{hosts[0]}" for origin in origins):
            return "door.site"
        if _is_foreign_part(scope):
            return "door.site"
        client, server = scope.get("client"), scope.get("server")
        if self._user is not None and client and server:
            owner = self._owner(tuple(client), tuple(server))
            if owner not in (None, self._user, _ROOT):
                return "door.user"
        return None


def _scheme(scope: Scope) -> str:
    """``http`` or ``https``, of a request or of a socket."""
    return "https" if scope.get("scheme") in ("https", "wss") else "http"


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _is_ours(host: str) -> bool:
    name, colon, port = host.partition(":")
    # Any port: one may be forwarded under another number.
    return name in HOSTS and (not colon or port.isdecimal())


def _is_foreign_part(scope: Scope) -> bool:
    """Whether another site's page wants to show a part of ours, or us in a frame; a link to us is welcome.

    Fetch Metadata (W3C): a browser says so itself of every request.
    """
    said = {name: (_all(scope, b"sec-fetch-" + name) or [""])[0] for name in (b"site", b"mode", b"dest")}
    if said[b"site"] in ("", "none", "same-origin"):
        return False
    return said[b"mode"] != "navigate" or said[b"dest"] != "document" or scope.get("method") != "GET"


def socket_owner(client: Address, server: Address, *, tables: tuple[Path, ...] = _SOCKETS) -> int | None:
    """User id of the process at the client's end of a connection within this computer.

    Parameters
    ----------
    client, server
        (IPv4 address, port) of both ends.
    tables
        The system's lists of sockets (Linux: proc_pid_net(5)); other files for tests.

    Returns
    -------
    int or None
        ``None`` where the system does not say, or the client is on another computer or in a container.
    """
    try:
        ends = [_as_listed(*end) for end in (client, server)]
    except OSError:
        return None
    for table in tables:
        try:
            rows = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[_LOCAL].endswith(ends[0]) and fields[_REMOTE].endswith(ends[1]):
                return int(fields[_USER])
    return None


def _as_listed(address: str, port: int) -> str:
    """An end of a connection as Linux lists it: the address as the processor orders its bytes, and the port, in hex."""
    return f"{int.from_bytes(socket.inet_aton(address), sys.byteorder):08X}:{port:04X}"


@asynccontextmanager
async def open_in_browser(_: Any) -> AsyncIterator[None]:
    """Open the page once the server is about to answer, where there is a screen: an app of one's own is not opened."""
    opening = None
    if not st.get_option("server.headless"):
        address = urlunsplit(("http", f"{HOSTS[0]}:{st.get_option('server.port')}", "/", "", ""))
        # Beside the server's loop: a browser may take its time to start.
        opening = asyncio.create_task(asyncio.to_thread(webbrowser.open, address))
    yield
    if opening is not None:
        await opening
