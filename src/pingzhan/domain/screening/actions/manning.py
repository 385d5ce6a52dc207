"""Who belongs to which sampling team, and who is not to be swabbed for some days."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import business_now
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.actions.intake import read_reason
from pingzhan.domain.screening.enums import ExemptReason, MemberKind, MemberRole
from pingzhan.domain.screening.models import Exemption, SamplingTeam, TeamMember
from pingzhan.domain.screening.rules import require_plan
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid

MOST_DAYS = 60
"""Days of one exemption: as long as its reason may be kept (screening.protection)."""
BACK = timedelta(days=7)
"""How far back an exemption may begin when it is written down."""


@transaction.atomic
def add_member(
    *, team: SamplingTeam, person: Person, kind: MemberKind, role: MemberRole, by: Actor
) -> TeamMember:
    """Put somebody into a sampling team from now on. Nobody is in two teams at once.

    Raises Refused; Invalid for somebody of another zone or no longer there; Conflict when the team is not in use, or
    he is in a team already.
    """
    require_plan(by, team.zone)
    held = SamplingTeam.objects.select_for_update(no_key=True, of=("self",)).get(pk=team.pk)
    if not held.active:
        raise Conflict(_("这个采样队已停用。"), code="team_inactive")
    who = (
        Person.objects.select_for_update(no_key=True, of=("self",))
        .select_related("home_unit")
        .get(pk=person.pk)
    )
    if not who.active or who.provisional or not who.home_unit.path.startswith(team.zone.path):
        raise Invalid(_("请选择本开发区在职的人员。"), place="person")
    other = TeamMember.objects.filter(person=who, t1__isnull=True).select_related("team").first()
    if other is not None:
        raise Conflict(
            _("这名人员已在%(team)s。") % {"team": other.team.name},
            hint=_("请先在那里结束。"),
            place="person",
            code="in_a_team",
        )
    made = TeamMember.objects.create(team=held, person=who, kind=kind, role=role)
    record(
        "screening.member_added", by=by, subject=("sampling_team", held.pk), unit_path=team.zone.path,
        body={"member": made.pk},
    )  # fmt: skip
    return made


@transaction.atomic
def end_member(*, member: TeamMember, by: Actor) -> None:
    """Take somebody out of a sampling team from now on. Raises Refused; Conflict when he is out already."""
    zone = member.team.zone
    require_plan(by, zone)
    held = TeamMember.objects.select_for_update(no_key=True, of=("self",)).get(pk=member.pk)
    if held.t1 is not None:
        raise Conflict(_("这名人员已经不在这个采样队。"), code="ended")
    TeamMember.objects.filter(pk=held.pk).update(t1=Now())
    record(
        "screening.member_ended", by=by, subject=("sampling_team", held.team_id), unit_path=zone.path,
        body={"member": held.pk},
    )  # fmt: skip


@transaction.atomic
def add_exemption(
    *,
    enterprise: Unit,
    number: str,
    reason: ExemptReason,
    since: date,
    until: date,
    note: str = "",
    by: Actor,
) -> Exemption:
    """Say that a worker, named by his employee number, is not to be swabbed from one day through another.

    Refused without KEEP_LEDGERS; Invalid with the place for an unknown number, days that cannot be or overlap with
    what is written down already, and for ``other`` without a note.
    """
    require(by, Permission.KEEP_LEDGERS, enterprise.path)
    words = read_reason(note, place="note")
    if reason == ExemptReason.OTHER and not words:
        raise Invalid(_("原因选“其他”时要写说明。"), place="note")
    if until < since:
        raise Invalid(_("结束日期不能早于开始日期。"), place="until")
    if (until - since).days >= MOST_DAYS:
        raise Invalid(_("一次最多登记 %(n)d 天。") % {"n": MOST_DAYS}, place="until")
    if since < business_now()[1] - BACK:
        raise Invalid(_("开始日期最早可以是 7 天前。"), place="since")
    job = (
        Employment.objects.select_for_update(no_key=True, of=("self",))
        .filter(enterprise=enterprise, employee_no=number.strip(), left__isnull=True)
        .exclude(employee_no="")
        .first()
    )
    if job is None:
        raise Invalid(_("本企业没有这个工号的在职职工。"), place="number")
    held = Exemption.objects.filter(
        employment=job, withdrawn_at__isnull=True, since__lte=until, until__gte=since
    ).first()
    if held is not None:
        raise Invalid(
            _("这名职工从 %(since)s 到 %(until)s 已登记暂不采样。")
            % {"since": f"{held.since:%m-%d}", "until": f"{held.until:%m-%d}"},
            place="since",
            code="overlap",
        )
    made = Exemption.objects.create(
        employment=job, enterprise=enterprise, reason=reason, note=words, since=since, until=until
    )
    record(
        "screening.exempted", by=by, subject=("test_exemption", made.pk), unit_path=enterprise.path, body={}
    )
    return made


@transaction.atomic
def withdraw_exemption(*, exemption: Exemption, by: Actor) -> None:
    """Take an exemption back: the worker is due again. Raises Refused; Conflict when it was taken back before."""
    require(by, Permission.KEEP_LEDGERS, exemption.enterprise.path)
    held = Exemption.objects.select_for_update(no_key=True, of=("self",)).get(pk=exemption.pk)
    if held.withdrawn_at is not None:
        raise Conflict(_("这条登记已经撤销。"), code="withdrawn")
    Exemption.objects.filter(pk=held.pk).update(withdrawn_at=Now())
    record(
        "screening.exemption_withdrawn", by=by, subject=("test_exemption", held.pk),
        unit_path=exemption.enterprise.path, body={},
    )  # fmt: skip
