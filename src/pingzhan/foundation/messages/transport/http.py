"""A small HTTP client for webhooks and gateways: no redirects, bounded answers, checked targets.

The settings come from a form, so a request must not reach what only this machine can reach: the name is
resolved once, every address is checked, and the connection goes to the checked address.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from pingzhan.foundation.messages.kinds import SendError
from pingzhan.kernel.errors import Invalid

MAX_ANSWER = 64 * 1024
MAX_PAUSE = 3600.0


@dataclass(frozen=True)
class Answer:
    """What came back: status and body, at most 64 KiB unless the client was made for more."""

    status: int
    body: bytes

    def data(self) -> Any:
        """Return the body as JSON, None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def check_url(url: str, *, private: bool, place: str = "url") -> None:
    """Raise Invalid unless the address is https, or http inside the house where ``private`` allows it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Invalid(_("地址写法不对。"), place=place) from None
    if parts.username or parts.password or not parts.hostname or port == 0:
        raise Invalid(_("地址写法不对，也不能带用户名和密码。"), place=place)
    if re.search(r"[\s\x00-\x1f]", url):
        raise Invalid(_("地址里不能有空白。"), place=place)
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Invalid(_("地址必须以 https:// 开头。"), hint=_("内网网关请先勾选“地址在内网”。"), place=place)
    with contextlib.suppress(ValueError):
        if not _allowed(ipaddress.ip_address(parts.hostname), private=private):
            raise Invalid(
                _("这个地址指向本机或内网。"), hint=_("确实是内网网关时请勾选“地址在内网”。"), place=place
            )


def _allowed(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, *, private: bool) -> bool:
    """Public addresses always; private and loopback ones where allowed; link-local (cloud metadata) never."""
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    if ip.is_loopback or ip.is_private:
        return private
    return ip.is_global


def _resolve(host: str, port: int, *, private: bool) -> list[tuple[Any, Any]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise SendError("no_name", _("找不到网关的地址。"), channel_fault=True) from None
    good = [
        (family, where)
        for family, _type, _proto, _name, where in found
        if _allowed(ipaddress.ip_address(str(where[0]).partition("%")[0]), private=private)
    ]
    if len(good) != len(found) or not good:
        raise SendError("forbidden_target", _("网关的地址指向本机或内网，已拒绝连接。"), channel_fault=True)
    return good


class Client:
    """Sends requests for one thread. Every request has its own connection."""

    def __init__(self, timeout: float, *, private: bool = False, most: int = MAX_ANSWER) -> None:
        self.timeout = timeout
        self.private = private
        self.most = most
        self.sock: socket.socket | None = None

    def request(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request and return the answer, whatever its status. Raises SendError without an answer."""
        check_url(url, private=self.private)
        parts = urlsplit(url)
        assert parts.hostname is not None
        port = parts.port or (443 if parts.scheme == "https" else 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        ends = time.monotonic() + self.timeout
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=self.timeout)
        try:
            self.sock = self._connect(parts.hostname, port, secure=parts.scheme == "https")
            connection.sock = self.sock
            connection.request(method, target, body=body or None, headers=dict(headers))
            answer = connection.getresponse()
            content = self._read(answer, ends)
        except TimeoutError:
            raise SendError("timeout", _("网关没有按时回答。"), channel_fault=True) from None
        except (http.client.HTTPException, OSError) as error:
            raise SendError("dropped", type(error).__name__, channel_fault=True) from None
        finally:
            connection.close()
            sock, self.sock = self.sock, None
            if sock is not None:
                sock.close()
        if answer.status == 429 or answer.status >= 500:
            raise SendError(
                f"http_{answer.status}",
                _("网关回答 %(status)d。") % {"status": answer.status},
                channel_fault=answer.status >= 500,
                pause=_pause(answer.headers.get("Retry-After")),
            )
        return Answer(answer.status, content)

    def _connect(self, host: str, port: int, *, secure: bool) -> socket.socket:
        last: OSError | None = None
        for family, where in _resolve(host, port, private=self.private):
            sock = socket.socket(family, socket.SOCK_STREAM)
            sock.settimeout(self.timeout)
            try:
                sock.connect(where)
                if secure:
                    return ssl.create_default_context().wrap_socket(sock, server_hostname=host)
                return sock
            except OSError as error:
                sock.close()
                last = error
        raise last or OSError("no address")

    def _read(self, answer: http.client.HTTPResponse, ends: float) -> bytes:
        content = b""
        while chunk := answer.read1(16 * 1024):
            content += chunk
            if len(content) > self.most:
                raise SendError("answer_too_long", _("网关的回答太长。"), channel_fault=True)
            if time.monotonic() > ends:
                raise TimeoutError
        return content

    def abort(self) -> None:
        """Shut the socket down, so that the hanging thread gets an error at once."""
        sock = self.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def refuse_unless_ok(answer: Answer) -> None:
    """Raise SendError for anything but 2xx: a redirect is never followed, a 4xx lasts.

    401, 403, 404 and 410 speak of the settings, not of the message, so they count against the channel and the
    message is tried again.
    """
    if 200 <= answer.status < 300:
        return
    ours = answer.status in (401, 403, 404, 407, 410) or 300 <= answer.status < 400
    raise SendError(
        f"http_{answer.status}",
        _("网关回答 %(status)d。") % {"status": answer.status},
        lasting=not ours and answer.status not in (408, 409, 425),
        channel_fault=ours,
    )


def _pause(value: str | None) -> float | None:
    if not value:
        return None
    value = value.strip()
    if value.isdecimal():
        seconds = float(value)
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), MAX_PAUSE)
