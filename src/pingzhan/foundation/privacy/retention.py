"""How long each kind of data is kept, why, and what removes it when its time is up.

Rules without persons remove rows every night. Rules about persons only propose: a person's data is destroyed
by an order that two people carry (erasing.py). Periods are settings; the defaults come from the reference of
the domain (section 14: PIPL 19, PHERL 8, ERL 85, CSL 23).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import Actor, require_site
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.options.registry import Option, number, option, register_option, store
from pingzhan.foundation.privacy.models import RetentionMark
from pingzhan.kernel.errors import NotFound

Due = Callable[[datetime, int, int], Sequence[int]]
Destroy = Callable[[Sequence[int]], int]
BATCH = 1_000
LONGEST = 3650


@dataclass(frozen=True)
class RetentionRule:
    """How long one kind of data is kept.

    ``due(now, days, limit)`` returns up to ``limit`` ids of rows older than ``days`` days before ``now``;
    ``destroy(ids)`` deletes or overwrites them in the caller's transaction, so that they are due no more, and
    returns how many. With ``subjects`` the ids are those of persons and ``destroy`` is None: their holders
    and keys are dealt with by an order. ``response`` data is kept no longer than the response it was
    collected for. ``least`` and ``most`` bound the setting; ``kept`` says what stays and why.
    """

    key: str
    label: str | Promise
    purpose: str | Promise
    basis: str | Promise
    days: int
    due: Due
    destroy: Destroy | None = None
    subjects: bool = False
    response: bool = False
    least: int = 1
    most: int = LONGEST
    kept: str | Promise = ""

    def __post_init__(self) -> None:
        if self.subjects == (self.destroy is not None):
            raise ValueError(f"rule {self.key!r}: rows are removed by destroy, persons by an order")

    @property
    def option(self) -> str:
        """Return the key of the setting that holds the days."""
        return f"retention.{self.key}"

    @property
    def days_now(self) -> int:
        """Return the days in force now."""
        return number(self.option)


@dataclass(frozen=True)
class Kept:
    """Data that no rule removes: what, and why it stays."""

    key: str
    label: str | Promise
    why: str | Promise


_rules: dict[str, RetentionRule] = {}
_kept: dict[str, Kept] = {}
_response_end: list[Callable[[datetime], datetime | None]] = []


def register_rule(rule: RetentionRule) -> None:
    """Make a rule and its setting known; called from an application's ready()."""
    _rules[rule.key] = rule
    register_option(
        Option(
            key=rule.option,
            label=rule.label,
            group=_("个人信息保存期限"),
            kind="int",
            default=rule.days,
            help=rule.purpose,
            unit=_("天"),
            minimum=rule.least,
            maximum=rule.most,
        )
    )


def register_kept(kept: Kept) -> None:
    """Make known what is kept beyond every period, for the page and the protocols."""
    _kept[kept.key] = kept


def register_response_end(ended: Callable[[datetime], datetime | None]) -> None:
    """Tell when the last response had ended, seen from ``now``; None while one goes on or without any.

    Called once, by the module that knows of responses.
    """
    _response_end[:] = [ended]


def rules() -> tuple[RetentionRule, ...]:
    """Return the registered rules in the order of their registration."""
    return tuple(_rules.values())


def rule(key: str) -> RetentionRule | None:
    """Return a rule, None for an unknown key."""
    return _rules.get(key)


def kept() -> tuple[Kept, ...]:
    """Return what is kept beyond every period."""
    return tuple(_kept.values())


def due(item: RetentionRule, now: datetime, limit: int = BATCH) -> list[int]:
    """Return ids that the rule no longer lets be kept at ``now``, at most ``limit``, each once."""
    found = list(item.due(now, item.days_now, limit))
    ended = _response_end[0](now) if item.response and _response_end else None
    if ended is not None and len(found) < limit:
        found += item.due(ended, 0, limit - len(found))
    return list(dict.fromkeys(found))


def sweep(item: RetentionRule, now: datetime) -> Iterator[int]:
    """Remove the rows of a rule whose time is up, a batch per transaction; yield how many so far."""
    assert item.destroy is not None
    total = 0
    while True:
        with transaction.atomic():
            ids = due(item, now)
            gone = item.destroy(ids) if ids else 0
            total += gone
            _count(item.key, gone, total)
        yield total
        if not gone:
            return


def sweep_all_of_response(item: RetentionRule, end: datetime) -> Iterator[int]:
    """Remove every row of a response rule from before ``end``, whatever its days; yield how many so far."""
    assert item.destroy is not None
    total = 0
    while True:
        with transaction.atomic():
            ids = list(item.due(end, 0, BATCH))
            gone = item.destroy(ids) if ids else 0
            total += gone
            _count(item.key, gone, total)
        yield total
        if not gone:
            return


def _count(key: str, gone: int, so_far: int) -> None:
    from django.db.models.functions import Now

    RetentionMark.objects.bulk_create([RetentionMark(rule=key)], ignore_conflicts=True)
    RetentionMark.objects.filter(rule=key).update(last_at=Now(), last_count=so_far, total=F("total") + gone)


@transaction.atomic
def change_days(*, key: str, text: str, by: Actor) -> bool:
    """Set the days of a rule from the text of a form; return whether anything changed. Recorded.

    Raises Refused without MANAGE_PRIVACY, NotFound for an unknown rule, Invalid out of the rule's bounds.
    """
    require_site(by, Permission.MANAGE_PRIVACY)
    item = rule(key)
    if item is None:
        raise NotFound(gettext("没有这条保存期限规则。"))
    new = option(item.option).parse(text)
    if not store(item.option, new, by_name=by.name):
        return False
    record("privacy.days_changed", by=by, subject=("retention", key), body={"days": int(new)})
    return True
