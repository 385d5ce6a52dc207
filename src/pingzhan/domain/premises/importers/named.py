"""How the workers of an enterprise are named in files."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pingzhan.domain.people.models import Employment
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.imports.spec import Column
from pingzhan.kernel.folding import fold


def number_column(key: str, title: Promise) -> Column:
    """Return a column that names a worker by his employee number, spelled as the roster keeps it."""
    return Column(key, title, required=True, width=12, max_length=30, check=fold)


def workers(unit: Unit, numbers: Iterable[str]) -> dict[str, int]:
    """Return the employments of those who work in an enterprise, by employee number. One query."""
    rows = Employment.objects.filter(enterprise=unit, left__isnull=True, employee_no__in=set(numbers))
    return dict(rows.values_list("employee_no", "pk"))


def unknown(number: str) -> str:
    """Return why an employee number is refused."""
    return _("本企业没有工号为%(no)s的在职职工。") % {"no": number}
