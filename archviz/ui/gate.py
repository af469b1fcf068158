"""The door of a shared studio: nothing of it is served, and no socket opened, before the password was given.

It stands before Streamlit, so that pictures, uploads and the page's socket are behind it alike. A request that
names another host, or comes from another site's page, ends here: Streamlit would ask a server on the internet
for this computer's address to judge it.
"""

from __future__ import annotations

import asyncio
import html
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from archviz.studio.sharing import Grants, PasswordHash, Throttle
from archviz.ui.texts import Language, Texts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["COOKIE", "ENTRY", "POLICY_VIOLATION", "PasswordGate", "answer", "texts_for"]

COOKIE = "archviz_grant"
ENTRY = "/enter"
_LONGEST_FORM = 8192
# RFC 6455: the connection breaks a rule of the server.
POLICY_VIOLATION = 1008
_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>archviz studio</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;background:#f6f4f0;color:#23211e;max-width:26rem;margin:12vh auto;
padding:0 1rem}}input,button{{font:inherit;padding:.5rem .7rem;width:100%;box-sizing:border-box;margin:.3rem 0}}
button{{background:#b4552d;color:#fff;border:0;border-radius:6px}}p.said{{color:#a02020}}small{{opacity:.75}}</style>
<h1>archviz</h1><form method="post" action="{entry}"><label for="password">{label}</label>
<input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
<button>{button}</button></form><p class="said" role="alert">{said}</p><p><small>{who}</small></p></html>"""
_HTML = (b"content-type", b"text/html; charset=utf-8")
_SEALED = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


class PasswordGate:
    """ASGI middleware that asks for the password.

    Parameters
    ----------
    app
        What is behind the door.
    password
        That opens it.
    address
        ``HOST:PORT`` under which the studio is shared.
    throttle, grants
        Others for tests.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        password: PasswordHash,
        address: str,
        throttle: Throttle | None = None,
        grants: Grants | None = None,
    ) -> None:
        self._app = app
        self._password = password
        self._address = address
        self._throttle = throttle or Throttle()
        self._grants = grants or Grants()
        # One guess at a time: each takes 64 MiB.
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or ask."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._is_ours(headers):
            await self._refuse(scope, send, 403, headers, "")
        elif self._grants.holds(_cookie(headers)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == ENTRY:
            await self._enter(scope, receive, send, headers)
        else:
            await self._refuse(scope, send, 401, headers, "")

    def _is_ours(self, headers: dict[str, str]) -> bool:
        origin = headers.get("origin")
        return headers.get("host") == self._address and (origin is None or urlsplit(origin).netloc == self._address)

    async def _enter(self, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]) -> None:
        t = texts_for(headers)
        client = str((scope.get("client") or ("",))[0])
        given = await _password(receive)
        async with self._turn:
            wait = self._throttle.wait_s(client)
            if wait > 0:
                await self._refuse(scope, send, 429, headers, t("share.wait", seconds=f"{wait + 0.5:.0f}"))
                return
            self._throttle.begun(client)
            # Beside the server's loop, which goes on for those who are in.
            right = given is not None and await asyncio.to_thread(self._password.fits, given)
            if right:
                self._throttle.passed(client)
        if not right:
            await self._refuse(scope, send, 401, headers, t("share.wrong"))
            return
        grant = f"{COOKIE}={self._grants.give()}; HttpOnly; SameSite=Strict; Path=/"
        await answer(send, 303, b"", ((b"location", b"/"), (b"set-cookie", grant.encode("ascii"))))

    async def _refuse(self, scope: Scope, send: Send, status: int, headers: dict[str, str], said: str) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        if status == 403:
            await answer(send, 403, b"")
            return
        t = texts_for(headers)
        page = _PAGE.format(
            language=t.language,
            entry=ENTRY,
            label=html.escape(t("share.password")),
            button=html.escape(t("share.enter")),
            said=html.escape(said),
            who=html.escape(t("share.who")),
        )
        await answer(send, status, page.encode("utf-8"), (_HTML,))


async def answer(send: Send, status: int, body: bytes, more: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    """Send an answer of a door, which is kept nowhere and runs nothing; ``more`` are headers beside its own."""
    headers = [*_SEALED, (b"content-length", str(len(body)).encode("ascii")), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _password(receive: Receive) -> str | None:
    """What was typed into the form; ``None`` where it is none, or too long to be one."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > _LONGEST_FORM:
            return None
        if not message.get("more_body", False):
            break
    try:
        return parse_qs(body.decode("ascii"), strict_parsing=True, max_num_fields=4)["password"][0]
    except (ValueError, KeyError):
        return None


def _cookie(headers: dict[str, str]) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


def texts_for(headers: dict[str, str]) -> Texts:
    """The texts in the language that a browser prefers."""
    language: Language = "vi" if headers.get("accept-language", "").lower().startswith("vi") else "en"
    return Texts(language)
