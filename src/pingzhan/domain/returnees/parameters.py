"""The numbers a decision takes from settings: look-back days, fever line, hours after symptoms."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from pingzhan.domain.measures.api import InForce, in_force_many
from pingzhan.domain.returnees.judging import rulebook
from pingzhan.domain.returnees.judging.facts import Overrides
from pingzhan.foundation.options.registry import Option, number, register_option

_log = logging.getLogger("pingzhan.returnees")
_GROUP = _("返岗登记")
RULES = "returnee_rules"
"""Parameter of a measure set that puts a version of the rules in force."""
HOLD = "returnees.hold"
"""The measure that is the notice's own sentence: whoever was exposed waits."""


def register() -> None:
    """Make the settings known."""
    for one in (
        Option(
            "returnees.history_days",
            _("返岗前追溯天数"),
            _GROUP,
            "int",
            rulebook.HISTORY_DAYS,
            unit=_("天"),
            minimum=1,
            maximum=60,
            help=_("开发区通知附件2第（二）项为 14 天；措施集另有规定的从其规定。"),
        ),
        Option(
            "returnees.fever_tenths",
            _("体温达到多少不得上岗"),
            _GROUP,
            "int",
            int(rulebook.FEVER_LINE * 10),
            unit=_("×0.1 ℃"),
            minimum=370,
            maximum=385,
        ),
        Option(
            "returnees.link_days",
            _("填报链接有效天数"),
            _GROUP,
            "int",
            7,
            unit=_("天"),
            minimum=1,
            maximum=30,
        ),
        *(
            Option(
                f"returnees.hours_{one.key}",
                label,
                _GROUP,
                "int",
                one.hours,
                unit=_("小时"),
                minimum=0,
                maximum=240,
                help=one.source,
            )
            for one, label in zip(
                (hazard for hazard in rulebook.HAZARDS if hazard.hours),
                (_("退热后多久可以上岗"), _("呕吐、腹泻停止后多久可以上岗")),
                strict=True,
            )
        ),
    ):
        register_option(one)


def overrides_for(unit_ids: Collection[int]) -> dict[int, Overrides]:
    """Return what replaces the rule book's numbers, by enterprise: the measure sets in force, else the settings.

    A fixed number of queries.
    """
    held = in_force_many(unit_ids)
    return {pk: _overrides(held.get(pk)) for pk in unit_ids}


def _overrides(held: InForce | None) -> Overrides:
    values = {key: one.value for key, one in held.parameters.items()} if held is not None else {}
    keys = {one.key for one in held.measures} if held is not None else set()
    return Overrides(
        version=_version(str(values.get(RULES, "")), holds=HOLD in keys),
        history_days=int(values.get("returnee_history_days", number("returnees.history_days"))),
        fever_line=Decimal(str(values.get("fever_line", Decimal(number("returnees.fever_tenths")) / 10))),
        hours={
            hazard.key: int(
                values.get(f"returnee_hours_{hazard.key}", number(f"returnees.hours_{hazard.key}"))
            )
            for hazard in rulebook.HAZARDS
            if hazard.hours
        },
    )


def _version(asked: str, *, holds: bool) -> str:
    """Return the version to decide by: that of the set; else that of the day, with the notice if its measure holds."""
    if asked:
        try:
            rulebook.book_version(asked, date.min)
        except ValueError:
            # A set that names no version of ours must not stop the ledger; the day's version decides.
            _log.warning("measure set in force names the unknown rule version %r", asked)
        else:
            return asked
    return f"+{rulebook.NOTICE.key}" if holds else ""


def link_days() -> int:
    """Return how long a link works."""
    return number("returnees.link_days")
