"""After the decision: observation, the recheck on the day of return, a person's decision, the post."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.returnees import clock, rules
from pingzhan.domain.returnees import declared as texts
from pingzhan.domain.returnees.actions import deciding
from pingzhan.domain.returnees.actions.applying import check_episodes
from pingzhan.domain.returnees.declared import Declared, Temperature, merged
from pingzhan.domain.returnees.enums import DecidedBy, Outcome, State
from pingzhan.domain.returnees.judging.facts import Episode, Isolation, Swab
from pingzhan.domain.returnees.models import Application, Decision
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.kernel.errors import Conflict, Invalid

COLDEST, HOTTEST = Decimal("34.0"), Decimal("43.0")
REASON_LEAST = 6


@dataclass(frozen=True)
class Seen:
    """What was observed: a temperature of a day, tests, days of isolation, symptoms."""

    temperature: Temperature | None = None
    tests: tuple[Swab, ...] = ()
    isolations: tuple[Isolation, ...] = ()
    episodes: tuple[Episode, ...] = ()
    cleared: date | None = None

    def check(self, today: date) -> None:
        """Raise Invalid for what cannot be."""
        if self.temperature is not None and not COLDEST <= self.temperature.value <= HOTTEST:
            raise Invalid(_("体温应在 34.0 到 43.0 ℃ 之间。"), place="temperature", code="temperature")
        if any(one.on > today for one in self.tests):
            raise Invalid(_("检测日期不能晚于今天。"), place="tests")
        if any(one.end > today or one.end < one.begin for one in self.isolations):
            raise Invalid(_("隔离日期应在今天以前，结束不早于开始。"), place="isolations")
        check_episodes(self.episodes, today)
        if self.cleared is not None and self.cleared > today:
            raise Invalid(_("医院排除的日期不能晚于今天。"), place="cleared")

    def added_to(self, declared: Declared) -> Declared:
        """Return the declaration with what was seen. A symptom reported again with its end replaces the open one."""
        facts = declared.facts
        ended = {one.symptom for one in self.episodes if one.ended is not None}
        kept = tuple(one for one in facts.episodes if one.ended is not None or one.symptom not in ended)
        new = replace(
            facts,
            tests=merged(facts.tests, self.tests),
            isolations=merged(facts.isolations, self.isolations),
            episodes=merged(kept, self.episodes),
            cleared=self.cleared or facts.cleared,
        )
        temperatures = declared.temperatures + ((self.temperature,) if self.temperature is not None else ())
        return replace(declared, facts=new, temperatures=temperatures)


@transaction.atomic
def observe(*, application: Application, seen: Seen, by: Actor) -> Application:
    """Note what was observed while somebody waits or is isolated, and decide anew.

    Raises Refused without the right, Conflict when the return is finished or nothing was declared yet.
    """
    row = _followed(application, by)
    _note(row, seen, DecidedBy.RULE, by)
    if row.state == State.DECIDED:
        row.state = State.OBSERVED
    row.save()
    record(
        "returnees.observed",
        by=by,
        subject=("returnee", row.pk),
        unit_path=row.enterprise.path,
        body={"outcome": row.outcome},
    )
    return row


@transaction.atomic
def recheck(*, application: Application, temperature: Decimal, seen: Seen, by: Actor) -> Application:
    """Check somebody on the day he returns: temperature, and tests if they are asked for.

    Cleared when the rules (or a person's decision that still stands) admit him today; otherwise he stays under
    observation with the reasons. Raises Conflict before the day of return.
    """
    row = _followed(application, by)
    moment = clock.now()
    if moment.date() < row.return_on:
        raise Conflict(
            _("还没有到返岗日期，不能办理复核。"),
            hint=_("如已提前返回，请先更正返岗日期。"),
            code="too_early",
        )
    _note(
        row,
        replace(seen, temperature=Temperature(moment.date(), temperature)),
        DecidedBy.RECHECK,
        by,
    )
    row.state = State.CLEARED if row.outcome == Outcome.ADMIT else State.OBSERVED
    row.save()
    record(
        "returnees.rechecked",
        by=by,
        subject=("returnee", row.pk),
        unit_path=row.enterprise.path,
        body={"outcome": row.outcome},
    )
    return row


def _followed(application: Application, by: Actor) -> Application:
    row = clock.locked(application.pk)
    rules.require_keep(by, row.enterprise)
    clock.require_open(row)
    if row.state == State.INVITED:
        raise Conflict(_("本人还没有填报。"), hint=_("请等本人填报，或由企业代填。"), code="not_declared")
    return row


def _note(row: Application, seen: Seen, how: DecidedBy, by: Actor) -> None:
    seen.check(clock.now().date())
    vault = Vault.load([row.subject_id])
    declared = seen.added_to(texts.read(vault.open(row.subject_id, texts.FIELD, row.declared_sealed)))
    row.declared_sealed = vault.seal(row.subject_id, texts.FIELD, texts.write(declared))
    deciding.decide(row, declared, vault, how=how, by=by)


@transaction.atomic
def put_on_post(*, application: Application, by: Actor) -> Application:
    """Note that somebody works again. Raises Conflict unless the recheck of today has cleared him.

    The database refuses it too while the latest decision is another than admitting him.
    """
    row = _followed(application, by)
    last = deciding.latest(row.pk)
    today = clock.now().date()
    if row.outcome != Outcome.ADMIT:
        raise Conflict(
            _("判定为“%(outcome)s”，不能上岗。") % {"outcome": Outcome(row.outcome).label},
            hint=_("满足条件后再办理复核。"),
            code="not_admitted",
        )
    vault = Vault.load([row.subject_id])
    said = texts.read(vault.open(row.subject_id, texts.FIELD, row.declared_sealed))
    # A list that changed today makes a decision of today; only a temperature of today is a recheck.
    measured = said.on(today).temperature is not None
    if row.state != State.CLEARED or last is None or last.day != today or not measured:
        raise Conflict(_("上岗当天要先复核体温和检测。"), hint=_("请先办理返岗复核。"), code="not_rechecked")
    row.state, row.closed_at = State.ON_POST, Now()
    row.save(update_fields=["state", "closed_at"])
    record("returnees.on_post", by=by, subject=("returnee", row.pk), unit_path=row.enterprise.path)
    return row


@transaction.atomic
def override(*, application: Application, outcome: Outcome, reason: str, by: Actor) -> Application:
    """Decide otherwise than the rules, with a reason; return the application.

    Milder than the rules takes HANDLE_INCIDENTS (duty officer, leading group, medical group). Raises Refused,
    Invalid for a reason that is too short, Conflict when finished or not declared.
    """
    row = clock.locked(application.pk)
    clock.require_open(row)
    former = deciding.latest(row.pk)
    if former is None:
        raise Conflict(_("还没有判定，不能改判。"), code="not_declared")
    rules.require_override(by, row, outcome, Outcome(former.ruled))
    words = " ".join(reason.split())
    if len(words) < REASON_LEAST:
        raise Invalid(_("请写明改判的原因，至少 6 个字。"), place="reason", code="reason_short")
    made = Decision(
        application=row,
        by_rule=DecidedBy.OVERRIDE,
        day=former.day,
        outcome=outcome.value,
        ruled=former.ruled,
        version=former.version,
        listed=former.listed,
        days=former.days,
        place=former.place,
        tests=former.tests,
        earliest=former.earliest,
        reasons_sealed=former.reasons_sealed,
        reason=words,
        by_name=by.name,
    )
    made.save(force_insert=True)
    deciding.apply_to(row, made)
    row.save(update_fields=deciding.COLUMNS)
    record(
        "returnees.overridden",
        by=by,
        subject=("returnee", row.pk),
        unit_path=row.enterprise.path,
        body={"outcome": outcome.value, "ruled": former.ruled},
    )
    return row
