"""Invented worlds for tests: accounts, places, people and a published structure."""

from tests.factories.accounts import account, actor_with
from tests.factories.kept import kept
from tests.factories.small_zone import SmallZone, small_zone

__all__ = ["SmallZone", "account", "actor_with", "kept", "small_zone"]
