"""Workers' own word that they feel ill, by a link; the contact asks them before anybody stops work for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.health import links, notices, rules
from pingzhan.domain.health.actions.cases import report_symptoms
from pingzhan.domain.health.enums import OPEN, ReportState, Symptom
from pingzhan.domain.health.models import Case, SelfReport, SymptomLink
from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

WAITING_MOST = 200
"""Reports of an enterprise that nobody has looked at; more are refused, whoever they are of."""
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,19}")
_OTHER = re.compile(r"1\d{10}|\d{17}[0-9Xx]")


def report_self(*, token: str, number: str, symptoms: Sequence[str], source: str) -> None:
    """Note what a worker says of himself through the link ``token``; he is not known and gets no answer of his own.

    Nothing tells whether the number is somebody's. A second report of the same number while the first waits adds
    its symptoms. Refused for a link that does not work, TooMany from one address (``source``), Invalid for what
    cannot be an employee number.
    """
    unit = links.open_link(token, source=source)
    links.count(source)
    _note(unit, _read(number), symptoms)


def _read(number: str) -> str:
    said = "".join(number.split()).upper()
    if _OTHER.fullmatch(said):
        raise Invalid(_("请填工号，不要填电话或证件号码。"), place="number", code="number_personal")
    if not _NUMBER.fullmatch(said):
        raise Invalid(_("工号由字母和数字组成，最多 20 位。"), place="number", code="number_form")
    return said


@transaction.atomic
def _note(unit: Unit, number: str, symptoms: Sequence[str]) -> None:
    if not symptoms or set(symptoms) - set(Symptom.values):
        raise Invalid(_("请至少选择一种症状。"), place="symptoms")
    waiting = SelfReport.objects.filter(enterprise=unit, state=ReportState.WAITING)
    others = waiting.exclude(number=number)[:WAITING_MOST].count()
    if others >= WAITING_MOST:
        raise links.TooMany(_("待核实的自报太多，没有存入。"), hint=_("请直接电话告诉企业联系人。"))
    who = Employment.objects.filter(
        enterprise=unit, employee_no__iexact=number, left__isnull=True
    ).first()  # fmt: skip
    row, made = SelfReport.objects.select_for_update(no_key=True).get_or_create(
        enterprise=unit,
        number=number,
        state=ReportState.WAITING,
        defaults={"employment": who, "symptoms": sorted(set(symptoms))},
    )
    if not made:
        row.symptoms = sorted({*row.symptoms, *symptoms})
        row.save(update_fields=["symptoms"])
        return
    if not others:
        notices.tell_reported(row)
    record(
        "health.self_reported",
        by=links.worker_actor(),
        subject=("symptom_report", row.pk),
        unit_path=unit.path,
    )


@transaction.atomic
def make_link(*, enterprise: Unit, by: Actor) -> SymptomLink:
    """Make the enterprise's link, or a new one: the former stops working. Refused without KEEP_LEDGERS."""
    rules.require_keep(by, enterprise)
    link, made = SymptomLink.objects.select_for_update(no_key=True).get_or_create(enterprise=enterprise)
    if not made:
        link.issue += 1
        link.save()
    record("health.link_made", by=by, subject=("unit", enterprise.pk), unit_path=enterprise.path)
    return link


@transaction.atomic
def confirm_report(*, report_id: int, by: Actor) -> Case:
    """Stop the work of whoever reported himself, the contact having asked him; return the case.

    The one that is open already, if there is one. Conflict where the employee number is nobody's.
    """
    row = _locked(report_id, by)
    if row.employment is None:
        raise Conflict(
            _("花名册没有这个工号。"), hint=_("请问清是谁，在下面按正确的工号登记，再将这条标为已核实。"),
            code="nobody",
        )  # fmt: skip
    case = Case.objects.filter(employment=row.employment, state__in=OPEN).first()
    if case is None:
        case = report_symptoms(employment=row.employment, symptoms=row.symptoms, by=by)
    row.case = case
    _settle(row, ReportState.CONFIRMED, by)
    return case


@transaction.atomic
def dismiss_report(*, report_id: int, by: Actor) -> None:
    """Note that whoever was asked is well, or that the report was nobody's."""
    _settle(_locked(report_id, by), ReportState.DISMISSED, by)


def _locked(report_id: int, by: Actor) -> SelfReport:
    found = (
        rules.reports_visible_to(by)
        .select_for_update(no_key=True, of=("self",))
        .select_related("enterprise", "employment__enterprise")
        .filter(pk=report_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条自报，或您无权查看。"))
    rules.require_keep(by, found.enterprise)
    if found.state != ReportState.WAITING:
        raise Conflict(_("这条自报已经核实过了。"), place=found.get_state_display(), code="settled")
    return found


def _settle(row: SelfReport, to: ReportState, by: Actor) -> None:
    row.state, row.settled_at = to, Now()
    row.save()
    record(
        "health.report_settled", by=by, subject=("symptom_report", row.pk), unit_path=row.enterprise.path,
        body={"state": to.value},
    )  # fmt: skip
