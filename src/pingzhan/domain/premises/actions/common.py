"""What the actions share."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.kernel.errors import Invalid
from pingzhan.kernel.folding import fold

_LOCK = 0x505A504D
"""First key of the advisory lock per enterprise ('PZPM')."""


def one_at_a_time(enterprise: Unit) -> None:
    """Let changes of one enterprise that depend on what is there follow one another until the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, enterprise.pk % 2**31])


def worker(enterprise: Unit, number: str, *, place: str) -> Employment:
    """Return the worker of an enterprise with this employee number. Invalid when it is nobody's."""
    wanted = fold(number)
    if not wanted:
        raise Invalid(_("请填写工号。"), place=place)
    found = Employment.objects.filter(enterprise=enterprise, employee_no=wanted, left__isnull=True).first()
    if found is None:
        raise Invalid(
            _("本企业没有工号为%(no)s的在职职工。") % {"no": wanted},
            place=place,
            hint=_("请核对工号，或先在花名册登记。"),
        )
    return found
