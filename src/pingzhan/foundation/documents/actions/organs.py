"""Registers of organs and of their series of numbers."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit import record
from pingzhan.foundation.documents.enums import NumberForm, PaperKind
from pingzhan.foundation.documents.models import Counter, Number, Organ, Series
from pingzhan.kernel.errors import Conflict, Invalid


@transaction.atomic
def save_organ(
    *, name: str, mark: str, printer: str = "", unit_path: str = "/", organ: Organ | None = None, by: Actor
) -> Organ:
    """Register an organ that issues papers, or change its head and printing office; return it.

    A change touches no paper that was issued. Raises Refused, Invalid, Conflict for a name in use.
    """
    require(by, Permission.EDIT_TEMPLATES, unit_path if organ is None else organ.unit_path)
    name, mark = name.strip(), mark.strip() or f"{name.strip()}文件"
    if not name:
        raise Invalid(_("请填写机关名称。"), place=_("机关名称"))
    others = Organ.objects.filter(name=name)
    if (others.exclude(pk=organ.pk) if organ else others).exists():
        raise Conflict(_("这个发文机关已经登记。"), place=name)
    row = organ or Organ(unit_path=unit_path)
    row.name, row.mark, row.printer = name, mark, printer.strip()
    row.save()
    record("document.organ_saved", by=by, subject=("organ", row.pk), unit_path=row.unit_path)
    return row


@transaction.atomic
def add_series(
    *,
    organ: Organ,
    code: str,
    kinds: Collection[PaperKind],
    form: NumberForm = NumberForm.NUMBER,
    year: int | None = None,
    used_up_to: int = 0,
    by: Actor,
) -> Series:
    """Register a series of numbers of an organ and return it.

    ``used_up_to`` says that numbers 1 to n of ``year`` were given by hand before; the system goes on with the
    next. Raises Conflict when the code is taken or the organ numbers one of the kinds elsewhere.
    """
    require(by, Permission.EDIT_TEMPLATES, organ.unit_path)
    code = code.strip()
    if not code or not kinds:
        raise Invalid(_("系列要有代字和至少一个文种。"), place=_("代字"))
    Organ.objects.select_for_update(of=("self",), no_key=True).get(pk=organ.pk)
    if Series.objects.filter(code=code).exists():
        raise Conflict(_("这个代字已经使用。"), place=code)
    if Series.objects.filter(organ=organ, kinds__overlap=[str(one.value) for one in kinds]).exists():
        raise Conflict(_("其中有的文种已经在本机关的另一个系列里编号。"), place=code, code="kind_numbered")
    row = Series.objects.create(
        organ=organ, code=code, form=form, kinds=sorted(str(one.value) for one in kinds)
    )
    if used_up_to:
        if year is None or used_up_to < 0:
            raise Invalid(_("请写明启用前已用到的年份和号数。"), place=_("启用前已用到"))
        Counter.objects.create(series=row, year=year, start=used_up_to, last=used_up_to)
    record(
        "document.series_saved",
        by=by,
        subject=("series", row.pk),
        unit_path=organ.unit_path,
        body={"code": code, "used_up_to": used_up_to},
    )
    return row


def numbers_given(series: Series, year: int) -> list[int]:
    """Return every number of a series and year, in order; for checks."""
    return list(
        Number.objects.filter(series=series, year=year).order_by("number").values_list("number", flat=True)
    )
