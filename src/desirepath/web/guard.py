"""Who may talk to the app: this machine's browser, on the app's own pages, and nobody else.

Without accounts, the app listens on loopback only. A page of another site can still send requests there, and a name of
another site can be made to lead there: so the Host must be one of ours, and the Origin of whatever a page sends must be
the app itself. What the app's pages may load is said in a strict content policy.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desirepath.core.errors import DesirepathError

MAX_BODY = 1 << 20  # bytes of a request that is no upload
UPLOADS = "/api/v1/uploads"
_TOO_LARGE: dict[str, Any] = {
    "title": "Too large", "status": 413, "code": "too_large", "detail": f"A request has at most {MAX_BODY:,} bytes."
}  # fmt: skip


class AddressError(DesirepathError):
    """The app cannot listen there."""

    code = "address"


def only_loopback(host: str) -> None:
    """Raises AddressError for an address that other machines can reach: there are no accounts yet."""
    name = host.strip("[]")
    try:
        inside = ip_address(name).is_loopback
    except ValueError:
        inside = name == "localhost"
    if not inside:
        raise AddressError(
            f"Desirepath does not listen on {host}: other machines could reach it, and there are no accounts yet.",
            hint="Leave --host out (127.0.0.1), and reach it from elsewhere through an SSH tunnel.",
            host=host,
        )


def policy(nonce: str) -> str:
    """The content policy of a page."""
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


class Guard:
    """ASGI middleware: Host, Origin, sizes, and the headers of every answer."""

    def __init__(self, app: ASGIApp, port: int, hosts: Iterable[str] = ()) -> None:
        self.app = app
        names = {"127.0.0.1", "localhost", "[::1]", *hosts}
        self._hosts = {f"{name}:{port}" for name in names} | ({*names} if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope.setdefault("state", {})["nonce"] = nonce = secrets.token_urlsafe(16)
        send = _with_headers(send, nonce)
        refused = self._refused(scope["method"], headers)
        if refused is not None:
            await _refuse(refused, scope, receive, send)
            return
        upload = scope["path"].startswith(UPLOADS)
        length = headers.get("content-length", "0")
        if not upload and length.isdigit() and int(length) > MAX_BODY:
            await _refuse(_TOO_LARGE, scope, receive, send)
            return
        await self.app(scope, receive if upload else _bounded(receive), send)

    def _refused(self, method: str, headers: Headers) -> dict[str, Any] | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return {
                "title": "Not for this name",
                "status": 421,
                "code": "host",
                "detail": f'"{host[:100]}" is not this app\'s address.',
            }
        changes = method not in ("GET", "HEAD", "OPTIONS")
        ours = {f"http://{name}" for name in self._hosts}
        if origin is not None and origin not in ours:
            return {
                "title": "Not from there",
                "status": 403,
                "code": "origin",
                "detail": "Another site may not ask this app.",
            }
        # A form of another site can post without an Origin in old browsers; no form can send JSON or this header.
        if (
            changes
            and origin is None
            and headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
        ):
            return {
                "title": "Not from there",
                "status": 403,
                "code": "origin",
                "detail": "Another site may not ask this app.",
            }
        return None


async def _refuse(why: dict[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
    from desirepath.web.problems import Problem, response  # late: a page is there before all that this needs

    await response(Problem(**why))(scope, receive, send)


def _bounded(receive: Receive) -> Receive:
    """The same request, cut off where it grows beyond what it may have."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            raise HTTPException(413, _TOO_LARGE["detail"])
        return message

    return bounded


def _with_headers(send: Send, nonce: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", policy(nonce))
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
        await send(message)

    return sending
