"""Applying for a return: by the contact, by the worker behind his link, corrected, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import clock, duties, rules
from pingzhan.domain.returnees import declared as texts
from pingzhan.domain.returnees.actions import deciding
from pingzhan.domain.returnees.declared import Declared
from pingzhan.domain.returnees.enums import OPEN_STATES, DecidedBy, Declarer, State, Travel
from pingzhan.domain.returnees.judging.facts import Episode
from pingzhan.domain.returnees.models import Application
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid

MAX_AHEAD = timedelta(days=60)
MAX_BACK = timedelta(days=14)
MAX_ASKED = 10
"""So often the form behind one link may be sent."""


@dataclass(frozen=True)
class Journey:
    """When and from where somebody comes back. ``from_code`` and ``from_name`` are the county he comes from."""

    return_on: date
    from_code: str = ""
    from_name: str = ""
    travel: str = ""


def check(journey: Journey, declared: Declared, today: date) -> None:
    """Raise Invalid, naming the place, for dates that cannot be."""
    if not today - MAX_BACK <= journey.return_on <= today + MAX_AHEAD:
        raise Invalid(_("返岗日期应在今天前 14 天到后 60 天之间。"), place="return_on", code="returnee_day")
    if journey.travel and journey.travel not in Travel.values:
        raise Invalid(_("返程方式不对。"), place="travel")
    facts = declared.facts
    for stay in facts.stays:
        if stay.end < stay.begin:
            raise Invalid(_("离开的日期不能早于到达的日期。"), place="stays")
        if stay.begin > today + MAX_AHEAD or stay.end > journey.return_on:
            raise Invalid(_("旅居日期不能晚于返岗日期。"), place="stays")
    for met in facts.met:
        if met.last > today:
            raise Invalid(_("最后接触日期不能晚于今天。"), place="met")
    for test in facts.tests:
        if test.on > today:
            raise Invalid(_("检测日期不能晚于今天。"), place="tests")
    for isolation in facts.isolations:
        if isolation.end < isolation.begin:
            raise Invalid(_("解除隔离的日期不能早于开始的日期。"), place="isolations")
        if isolation.begin > today:
            raise Invalid(_("隔离开始日期不能晚于今天。"), place="isolations")
        if isolation.end - isolation.begin > timedelta(days=90):
            raise Invalid(_("一段隔离不能超过 90 天，请核对日期。"), place="isolations")
    check_episodes(facts.episodes, today)
    if facts.cleared is not None and facts.cleared > today:
        raise Invalid(_("医院排除的日期不能晚于今天。"), place="cleared")


def check_episodes(episodes: Sequence[Episode], today: date) -> None:
    """Raise Invalid for symptoms that begin or are gone in the future, or are gone before they begin."""
    for one in episodes:
        if one.since > today:
            raise Invalid(_("症状开始日期不能晚于今天。"), place="episodes")
        if one.ended is not None and one.ended.date() < one.since:
            raise Invalid(_("症状消失不能早于开始。"), place="episodes")
        if one.ended is not None and one.ended.date() > today:
            raise Invalid(_("症状消失时间不能晚于今天；还没有消失的不填。"), place="episodes")


def _new(employment: Employment, return_on: date) -> Application:
    if employment.left is not None:
        raise Conflict(_("这名职工已经离职。"), hint=_("请先办理重新入职。"), code="left")
    if Application.objects.filter(employment=employment, state__in=OPEN_STATES).exists():
        raise Conflict(
            _("这名职工已有一份未办结的返岗申请。"),
            place="employment",
            hint=_("请打开原来的申请更正或撤回。"),
            code="returnee_open",
        )
    return Application(
        enterprise=employment.enterprise,
        employment=employment,
        subject_id=employment.individual.subject_id,
        return_on=return_on,
    )


def _fill(row: Application, journey: Journey, declared: Declared, vault: Vault, who: Declarer) -> None:
    row.return_on, row.travel = journey.return_on, journey.travel
    row.from_code, row.from_name = journey.from_code, journey.from_name
    row.declared_by = who
    row.declared_sealed = vault.seal(row.subject_id, texts.FIELD, texts.write(declared))


@transaction.atomic
def apply_return(
    *,
    employment: Employment,
    journey: Journey,
    declared: Declared,
    by: Actor,
    declarer: Declarer = Declarer.CONTACT,
) -> Application:
    """Enter a return and have it decided at once; return the application with its outcome.

    Raises Refused without the right, Conflict when one is open already or the worker has left, Invalid for
    dates that cannot be.
    """
    rules.require_keep(by, employment.enterprise)
    row = enter(employment=employment, journey=journey, declared=declared, by=by, declarer=declarer)
    duties.begun([row])
    duties.kept([row], by)
    record(
        "returnees.applied",
        by=by,
        subject=("returnee", row.pk),
        unit_path=row.enterprise.path,
        body={"outcome": row.outcome},
    )
    return row


def enter(
    *, employment: Employment, journey: Journey, declared: Declared, by: Actor, declarer: Declarer
) -> Application:
    """Write an application with its decision; for actions that check the right and make the record."""
    check(journey, declared, clock.now().date())
    row = _new(employment, journey.return_on)
    vault = Vault.load([row.subject_id])
    _fill(row, journey, declared, vault, declarer)
    checked(row)
    row.save(force_insert=True)
    deciding.decide(row, declared, vault, how=DecidedBy.RULE, by=by)
    row.save(update_fields=deciding.COLUMNS)
    return row


@transaction.atomic
def invite(*, employment: Employment, return_on: date, by: Actor) -> Application:
    """Open a return that the worker fills in himself behind a link; return it.

    Raises as apply_return does.
    """
    rules.require_keep(by, employment.enterprise)
    row = _new(employment, return_on)
    today = clock.now().date()
    check(Journey(return_on), Declared(), today)
    checked(row)
    row.save(force_insert=True)
    duties.begun([row])
    record("returnees.invited", by=by, subject=("returnee", row.pk), unit_path=row.enterprise.path)
    return row


@transaction.atomic
def submit(*, application_id: int, journey: Journey, declared: Declared, by: Actor) -> Application:
    """Take what the worker declared behind his link (links.py has checked it) and decide.

    The day of return stays the enterprise's. He may send again until the recheck. Raises Conflict once that
    is over or when it was sent too often.
    """
    row = clock.locked(application_id)
    clock.require_open(row)
    if row.state not in (State.INVITED, State.DECIDED) or (
        row.state == State.DECIDED and row.declared_by != Declarer.WORKER
    ):
        raise Conflict(
            _("这份返岗申请已由企业办理，不能再填报。"), hint=_("要更正请联系企业。"), code="returnee_taken"
        )
    if row.asked >= MAX_ASKED:
        raise Conflict(_("填报次数过多。"), hint=_("要更正请联系企业。"), code="returnee_often")
    _replace(row, replace(journey, return_on=row.return_on), declared, Declarer.WORKER, by)
    row.asked += 1
    row.save()
    duties.kept([row], by)
    record(
        "returnees.applied",
        by=by,
        subject=("returnee", row.pk),
        unit_path=row.enterprise.path,
        body={"outcome": row.outcome},
    )
    return row


@transaction.atomic
def correct(*, application: Application, journey: Journey, declared: Declared, by: Actor) -> Application:
    """Replace what was declared and decide anew; what stood there before is kept. Raises as apply_return does."""
    row = clock.locked(application.pk)
    rules.require_keep(by, row.enterprise)
    clock.require_open(row)
    _replace(row, journey, declared, Declarer.CONTACT, by)
    if row.state == State.CLEARED:
        row.state = State.DECIDED
    row.save()
    duties.kept([row], by)
    record(
        "returnees.corrected",
        by=by,
        subject=("returnee", row.pk),
        unit_path=row.enterprise.path,
        body={"outcome": row.outcome},
    )
    return row


def _replace(row: Application, journey: Journey, declared: Declared, who: Declarer, by: Actor) -> None:
    moment = clock.now()
    check(journey, declared, moment.date())
    vault = Vault.load([row.subject_id])
    if row.declared_sealed is not None:
        former = texts.read(vault.open(row.subject_id, texts.FIELD, row.declared_sealed))
        declared = former.corrected(
            replace(declared, temperatures=declared.temperatures or former.temperatures),
            at=moment,
            by=str(row.declared_by),
        )
    _fill(row, journey, declared, vault, who)
    deciding.decide(row, declared, vault, how=DecidedBy.RULE, by=by, fresh=True)


@transaction.atomic
def withdraw(*, application: Application, by: Actor) -> Application:
    """End a return that does not take place; nothing is deleted."""
    row = clock.locked(application.pk)
    rules.require_keep(by, row.enterprise)
    clock.require_open(row)
    row.state, row.closed_at = State.WITHDRAWN, Now()
    row.save(update_fields=["state", "closed_at"])
    duties.kept([row], by)
    record("returnees.withdrawn", by=by, subject=("returnee", row.pk), unit_path=row.enterprise.path)
    return row
