"""Who asks a studio that is for this computer's user alone: no other site's page, no other user."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archviz.ui.loopback import LoopbackDoor, socket_owner
from archviz.ui.texts import Texts
from tests.ui.browser import run_studio

EN, VI = Texts("en"), Texts("vi")
HOST = "localhost:8501"
ANNA, BERT = 1000, 1001


class _Behind:
    """Counts what gets through the door."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope["type"])
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"studio"})


def _ask(*headers: tuple[str, str], kind: str = "http", method: str = "GET", owner: int | None = ANNA) -> Any:
    """What was reached, and the answer, of a request with these headers."""
    behind = _Behind()
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "method": method,
        "path": "/",
        "scheme": "ws" if kind == "websocket" else "http",
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8501),
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in headers],
    }
    asyncio.run(LoopbackDoor(behind, owner=lambda *_: owner, user=ANNA)(scope, None, send))  # type: ignore[arg-type]
    return behind.reached, sent


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "localhost", "localhost:9000"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_this_computer_s_own_page_comes_in(host: str, kind: str) -> None:
    """A port may be forwarded under another number."""
    assert _ask(("host", host), kind=kind)[0] == [kind]
    assert _ask(("host", host), ("origin", f"http://{host}"), kind=kind)[0] == [kind]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((("host", "evil.example:8501"), ("origin", "http://evil.example:8501")), "host"),
        ((("host", "evil.example:8501"),), "host"),
        ((("host", "localhost.evil.example:8501"),), "host"),
        ((("host", "127.0.0.1.nip.io:8501"),), "host"),
        ((("host", "localhost:8501@evil.example"),), "host"),
        ((("host", "0.0.0.0:8501"),), "host"),
        ((("host", ""),), "host"),
        ((), "host"),
        ((("host", HOST), ("host", "evil.example")), "host"),
        ((("host", HOST), ("origin", "http://evil.example")), "site"),
        ((("host", HOST), ("origin", "null")), "site"),
        ((("host", HOST), ("origin", "http://localhost:3000")), "site"),
        ((("host", HOST), ("origin", "https://localhost:8501")), "site"),
        ((("host", HOST), ("origin", f"http://{HOST}"), ("origin", "http://evil.example")), "site"),
    ],
)
def test_another_name_or_another_site_reaches_nothing(headers: tuple[tuple[str, str], ...], reason: str) -> None:
    """The first is a name that was rebound to this computer: to Streamlit it is its own page."""
    reached, sent = _ask(*headers)
    assert not reached and sent[0]["status"] == 403 and sent[1]["body"].decode() == EN(f"door.{reason}")
    reached, sent = _ask(*headers, kind="websocket")
    assert not reached and sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("site", "mode", "dest", "method", "welcome"),
    [
        ("none", "navigate", "document", "GET", True),
        ("same-origin", "cors", "empty", "PUT", True),
        ("cross-site", "navigate", "document", "GET", True),
        ("cross-site", "navigate", "iframe", "GET", False),
        ("cross-site", "navigate", "document", "POST", False),
        ("cross-site", "no-cors", "image", "GET", False),
        ("same-site", "no-cors", "script", "GET", False),
    ],
)
def test_a_link_is_welcome_a_frame_or_a_part_is_not(
    site: str, mode: str, dest: str, method: str, welcome: bool
) -> None:
    said = (("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest))
    assert bool(_ask(("host", HOST), *said, method=method)[0]) is welcome


@pytest.mark.parametrize(("owner", "welcome"), [(ANNA, True), (0, True), (None, True), (BERT, False)])
def test_another_user_of_the_computer_stays_outside(owner: int | None, welcome: bool) -> None:
    """Root reads everything anyway; of a connection from a container nothing is known."""
    reached, sent = _ask(("host", HOST), ("accept-language", "vi"), owner=owner)
    assert bool(reached) is welcome
    assert welcome or (sent[0]["status"] == 403 and sent[1]["body"].decode() == VI("door.user"))


def test_the_server_may_start_and_end() -> None:
    behind = _Behind()
    asyncio.run(LoopbackDoor(behind)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert behind.reached == ["lifespan"]


_HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


@pytest.mark.skipif(sys.byteorder != "little", reason="the listed addresses are those of a little-endian processor")
def test_the_user_of_a_socket_is_found_in_the_system_s_lists(tmp_path: Path) -> None:
    four, six = tmp_path / "tcp", tmp_path / "tcp6"
    # The server's own end stands there too, the other way round.
    four.write_text(
        f"{_HEAD}   0: 0100007F:2135 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 1 1\n"
        "   1: 0100007F:C350 0100007F:2135 01 00000000:00000000 00:00000000 00000000  1001        0 2 1\n"
    )
    six.write_text(
        f"{_HEAD}   0: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:2135 01"
        " 00000000:00000000 00:00000000 00000000  1002        0 3 1\n"
    )
    tables, server = (four, six), ("127.0.0.1", 8501)
    assert socket_owner(("127.0.0.1", 50000), server, tables=tables) == 1001
    assert socket_owner(("127.0.0.1", 50001), server, tables=tables) == 1002
    assert socket_owner(("127.0.0.1", 50002), server, tables=tables) is None
    assert socket_owner(("127.0.0.1", 50000), server, tables=(tmp_path / "none",)) is None
    assert socket_owner(("::1", 50000), server, tables=tables) is None


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a real studio."""
    with run_studio(tmp_path_factory.mktemp("studio") / "home") as address:
        yield int(address.rpartition(":")[2])


def _shake_hands(port: int, **headers: str) -> int:
    """Status of the answer to a WebSocket handshake, byte by byte as a browser or an attacker sends it."""
    named = {
        "Host": f"localhost:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "streamlit",
        **headers,
    }
    lines = ["GET /_stcore/stream HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        peer.sendall("\r\n".join(lines).encode("latin-1"))
        return int(peer.recv(64).split()[1])


@pytest.mark.slow
def test_a_real_studio_s_socket_opens_for_its_own_page_alone(studio: int) -> None:
    own = f"localhost:{studio}"
    assert _shake_hands(studio, Origin=f"http://{own}") == 101
    assert _shake_hands(studio, Host=f"127.0.0.1:{studio}", Origin=f"http://127.0.0.1:{studio}") == 101
    rebound = f"evil.example:{studio}"
    assert _shake_hands(studio, Host=rebound, Origin=f"http://{rebound}") == 403
    assert _shake_hands(studio, Host=rebound) == 403
    assert _shake_hands(studio, Origin="http://evil.example") == 403
    assert _shake_hands(studio, Origin="http://localhost:3000") == 403


_PROGRAMS = "/usr/bin:/bin"
_ASK = """
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/_stcore/health", timeout=60).status)
except urllib.error.HTTPError as refused:
    print(refused.code, refused.read().decode())
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0 or shutil.which("python3", path=_PROGRAMS) is None,
    reason="asks as another user, which root alone can, by the system's Python",
)
def test_a_real_studio_refuses_another_user_of_the_computer(studio: int) -> None:
    for user, said in ((None, "200"), (65534, f"403 {EN('door.user')}")):
        asked = subprocess.run(
            [shutil.which("python3", path=_PROGRAMS), "-I", "-c", _ASK, str(studio)],
            user=user, cwd="/", env={}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert asked.stdout.strip() == said, asked.stderr
