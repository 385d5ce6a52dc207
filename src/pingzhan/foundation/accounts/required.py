"""Whether an account must have a second factor: said by access, which knows what the account may do."""

from __future__ import annotations

from collections.abc import Callable

from pingzhan.foundation.accounts.models import User

_rule: list[Callable[[User], bool]] = []


def register_factor_rule(rule: Callable[[User], bool]) -> None:
    """Let ``rule(user)`` say whether an account must have a second factor; called once, by access."""
    _rule[:] = [rule]


def factor_required(user: User) -> bool:
    """Return whether this account must have a second factor."""
    return any(rule(user) for rule in _rule)
