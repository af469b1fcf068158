"""Nothing of a shared studio is reached before the password, over HTTP or the page's socket."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest

from archviz.studio.sharing import PasswordHash, Throttle
from archviz.ui.gate import COOKIE, ENTRY, PasswordGate
from archviz.ui.texts import Texts

PASSWORD, ADDRESS = "mái ngói đỏ tươi", "192.168.1.20:8501"
EN, VI = Texts("en"), Texts("vi")


class _Behind:
    """Counts what gets through the door."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(f"{scope['type']} {scope.get('path', '')}".strip())
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"studio"})


@pytest.fixture
def behind() -> _Behind:
    return _Behind()


@pytest.fixture
def gate(behind: _Behind) -> PasswordGate:
    return PasswordGate(behind, password=PasswordHash.of(PASSWORD), address=ADDRESS, throttle=Throttle(lambda: 0.0))


def _ask(
    gate: PasswordGate,
    path: str = "/",
    *,
    method: str = "GET",
    kind: str = "http",
    body: bytes = b"",
    client: str = "192.168.1.33",
    **headers: str,
) -> tuple[int, dict[str, str], str]:
    """Status (or close code), headers and body of one request."""
    named = {"host": ADDRESS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": kind,
        "path": path,
        "method": method,
        "client": (client, 5000),
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in named.items()],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    if kind == "websocket":
        return (sent[0]["code"] if sent else 0), {}, ""
    found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(m.get("body", b"") for m in sent).decode()


def _enter(gate: PasswordGate, password: str, **headers: str) -> tuple[int, dict[str, str], str]:
    return _ask(gate, ENTRY, method="POST", body=urlencode({"password": password}).encode(), **headers)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "GET"),
        ("/media/abc.png", "GET"),
        ("/_stcore/upload_file/x/y", "PUT"),
        ("/_stcore/health", "GET"),
        (ENTRY, "GET"),
        ("//enter", "POST"),
    ],
)
def test_nothing_is_served_before_the_password(gate: PasswordGate, behind: _Behind, path: str, method: str) -> None:
    status, headers, page = _ask(gate, path, method=method, accept_language="vi-VN")
    assert status == 401 and VI("share.password") in page and VI("share.who") in page and not behind.reached
    assert headers["content-security-policy"].startswith("default-src 'none'") and "http" not in page.split("<h1>")[1]


def test_no_socket_before_the_password(gate: PasswordGate, behind: _Behind) -> None:
    assert _ask(gate, "/_stcore/stream", kind="websocket")[0] == 1008 and not behind.reached


def test_the_password_opens_pages_and_socket_for_who_gave_it(gate: PasswordGate, behind: _Behind) -> None:
    status, headers, _ = _enter(gate, PASSWORD, origin=f"http://{ADDRESS}")
    assert status == 303 and headers["location"] == "/"
    cookie = headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=") and {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    grant = cookie.partition(";")[0]
    assert _ask(gate, "/", cookie=f"a=b; {grant}")[2] == "studio"
    assert _ask(gate, "/_stcore/stream", kind="websocket", cookie=grant)[0] == 0
    assert behind.reached == ["http /", "websocket /_stcore/stream"]
    assert _ask(gate, "/")[0] == 401, "another browser has to give it too"
    assert _ask(gate, "/", cookie=f"{grant}x")[0] == 401


@pytest.mark.parametrize("body", [b"", b"password=", b"other=1", b"\xff\xfe", b"password=" + b"x" * 9000])
def test_what_is_no_password(gate: PasswordGate, behind: _Behind, body: bytes) -> None:
    status, headers, page = _ask(gate, ENTRY, method="POST", body=body)
    assert status == 401 and "set-cookie" not in headers and EN("share.wrong") in page and not behind.reached


def test_guessing_is_throttled_even_for_the_right_one(gate: PasswordGate) -> None:
    assert [_enter(gate, f"wrong password {n}")[0] for n in range(5)] == [401] * 5
    status, headers, page = _enter(gate, PASSWORD)
    assert status == 429 and "set-cookie" not in headers and EN("share.wait", seconds="2") in page
    assert _enter(gate, PASSWORD, client="192.168.1.34")[0] == 303, "another's slips are not theirs"


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"host": "localhost:8501"}, {"origin": "http://evil.example"}, {"origin": "null"}],
)
def test_another_host_or_site_ends_at_the_door(gate: PasswordGate, behind: _Behind, headers: dict[str, str]) -> None:
    """Streamlit would ask the internet for this computer's address to judge an unknown origin."""
    grant = _enter(gate, PASSWORD)[1]["set-cookie"].partition(";")[0]
    assert _ask(gate, "/", cookie=grant, **headers)[0] == 403
    assert _ask(gate, "/_stcore/stream", kind="websocket", cookie=grant, **headers)[0] == 1008
    assert _enter(gate, PASSWORD, **headers)[0] == 403
    assert not behind.reached


def test_the_server_may_start_and_end(gate: PasswordGate, behind: _Behind) -> None:
    asyncio.run(gate({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert behind.reached == ["lifespan"]
