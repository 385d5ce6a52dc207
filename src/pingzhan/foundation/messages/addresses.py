"""Where recipients can be reached: the module that knows persons registers how to find out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

Addresses = Mapping[int, Sequence[tuple[str, str]]]
Resolver = Callable[[Collection[int]], Addresses]

_resolver: list[Resolver] = []


def register_addresses(fn: Resolver) -> None:
    """Have ``fn(recipient ids)`` return ``{id: [(kind of contact, address), ...]}``, the preferred first.

    Kinds: 'phone', 'sms', 'email', 'wecom', 'dingtalk'. It gets many at once and is asked only when notices
    are about to be sent or counted; what it returns is never stored. The last registration wins.
    """
    _resolver[:] = [fn]


def addresses_of(recipients: Collection[int]) -> Addresses:
    """Return the addresses of these recipients; nobody registered means no addresses."""
    if not _resolver or not recipients:
        return {}
    return _resolver[0](recipients)
