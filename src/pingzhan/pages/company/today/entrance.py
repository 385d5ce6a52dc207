"""Where the zero report is given and an order confirmed from the enterprise's day, and where they are shown."""

from __future__ import annotations

from django.urls import reverse

from pingzhan.domain.measures.enums import Evidence
from pingzhan.domain.obligations.api import register_form, register_viewer
from pingzhan.domain.reporting import api as reporting
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def zero(unit_id: int, by: Actor) -> int:
    """Report zero for the enterprise; refused when it is not this person's to report."""
    reporting.report_own_zero(enterprise=Unit.objects.get(pk=unit_id), by=by)
    return 1


def register() -> None:
    """Tell the enterprise's day of zero reports, and of orders to be confirmed."""
    register_form(Evidence.NOTICE_CONFIRM, "today:notices")
    register_viewer("work_order", lambda pk: reverse("orders:detail", args=[pk]))
    register_form(Evidence.ZERO_REPORT, "today:zero", zero)
    register_viewer("zero_line", lambda pk: reverse("reports:mine"))
