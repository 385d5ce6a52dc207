"""Where a request came from, also behind a proxy, and how an address is shown."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> str | None:
    """Return the visitor's address; None when the server did not tell one.

    The peer of the connection counts. Only when it is a proxy that ``TRUSTED_PROXIES`` names (networks or
    addresses, none by default) is ``X-Forwarded-For`` read, from the right: the first entry that is not
    itself a trusted proxy. What a visitor writes into the header himself stands left of it and is never
    believed, so nobody escapes a lock-out by inventing addresses.
    """
    found = _parse(request.META.get("REMOTE_ADDR", ""))
    if found is None or not _trusted(found):
        return str(found) if found else None
    for part in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        hop = _parse(part)
        if hop is None:
            break
        found = hop
        if not _trusted(hop):
            break
    return str(found)


def _trusted(address: Address) -> bool:
    return any(
        address.version == network.version and address in network
        for network in (ip_network(text, strict=False) for text in settings.TRUSTED_PROXIES)
    )


def _parse(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def mask_address(text: str | None) -> str:
    """Return an address with its last part hidden ('10.3.7.*', '2001:db8:1:*'), '' for none."""
    address = _parse(text or "")
    if address is None:
        return ""
    if address.version == 4:
        return str(address).rpartition(".")[0] + ".*"
    return ":".join(address.exploded.split(":")[:3]) + ":*"


def browser_of(request: HttpRequest) -> str:
    """Return what a person needs to recognise his own device, for instance 'Chrome · Windows'; '' if unknown."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    programs = (
        ("MicroMessenger", "\u5fae\u4fe1"),
        ("Edg", "Edge"),
        ("QQBrowser", "QQ"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("HarmonyOS", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((name for mark, name in known if mark in agent), "") for known in (programs, systems)]
    return " · ".join(name for name in found if name)
