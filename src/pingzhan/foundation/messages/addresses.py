"""Where recipients can be reached: the module that knows persons registers how to find out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

Addresses = Mapping[int, Sequence[tuple[str, str]]]
Resolver = Callable[[Collection[int]], Addresses]

_resolvers: dict[bool, Resolver] = {}


def register_addresses(fn: Resolver, *, below_zero: bool = False) -> None:
    """Have ``fn(recipient ids)`` return ``{id: [(kind of contact, address), ...]}``, the preferred first.

    Kinds: 'phone', 'sms', 'email', 'wecom', 'dingtalk'. It gets many at once and is asked only when notices
    are about to be sent or counted; what it returns is never stored. The last registration wins.
    ``below_zero``: for recipients with numbers below zero, who are no persons of the organisation.
    """
    _resolvers[below_zero] = fn


def addresses_of(recipients: Collection[int]) -> Addresses:
    """Return the addresses of these recipients; nobody registered means no addresses."""
    found: dict[int, Sequence[tuple[str, str]]] = {}
    for below_zero, fn in _resolvers.items():
        ids = [one for one in recipients if (one < 0) is below_zero]
        if ids:
            found |= fn(ids)
    return found
