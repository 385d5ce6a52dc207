"""Organs that issue papers, their series of numbers, and every number ever given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.foundation.access.actor import within
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.documents.enums import NumberForm, NumberState

if TYPE_CHECKING:
    from pingzhan.foundation.access.actor import Actor

READERS = (Permission.WRITE_DOCUMENTS, Permission.ISSUE_DOCUMENTS, Permission.EDIT_TEMPLATES)
"""Each of them lets an actor read papers, numbers and organs of his units."""


def reading_paths(actor: Actor) -> set[str]:
    """Return the unit paths whose papers the actor may read."""
    return {path for permission in READERS for path in actor.paths(permission)}


class Organs(models.QuerySet["Organ"]):
    """Selections of organs."""

    def visible_to(self, actor: Actor) -> Organs:
        """Return the organs of the units whose papers the actor may read."""
        return self.filter(within("unit_path", reading_paths(actor)))


@tracked()
class Organ(models.Model):
    """An organ that issues papers in its own name.

    ``mark`` is its red head (发文机关标志), as a rule its name and 文件; ``printer`` prints (印发机关).
    """

    unit_path = models.TextField(_("范围"), default="/")
    name = models.TextField(_("机关名称"))
    mark = models.TextField(_("发文机关标志"))
    printer = models.TextField(_("印发机关"), blank=True, default="")

    objects = Organs.as_manager()

    class Meta:
        verbose_name = _("发文机关")
        verbose_name_plural = _("发文机关")
        ordering = ["unit_path", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="organ_name", violation_error_message=_("这个发文机关已经登记。")
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(mark="") & Q(unit_path__startswith="/"),
                name="organ_complete",
                violation_error_message=_("发文机关要有名称和发文机关标志。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Series(models.Model):
    """A series of numbers of an organ, counted anew each year: 某开管发 for notices, 某开管函 for letters.

    ``code`` is the 机关代字, or the name of a bulletin; ``kinds`` are the kinds of paper numbered in it.
    """

    organ = models.ForeignKey(
        Organ, verbose_name=_("发文机关"), on_delete=models.PROTECT, related_name="series"
    )
    code = models.TextField(_("代字"))
    form = models.TextField(_("编号形式"), choices=NumberForm.choices, default=NumberForm.NUMBER)
    kinds = ArrayField(models.TextField(), verbose_name=_("文种"), default=list)

    class Meta:
        verbose_name = _("发文字号系列")
        verbose_name_plural = _("发文字号系列")
        ordering = ["organ_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="series_code", violation_error_message=_("这个代字已经使用。")
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(kinds=[]) & Q(form__in=NumberForm.values),
                name="series_complete",
                violation_error_message=_("系列要有代字和至少一个文种。"),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def text_of(self, year: int, number: int) -> str:
        """Return a number as papers print it (GB/T 9704-2012, 7.2.5): no leading zero, no 第."""
        if self.form == NumberForm.ISSUE:
            return f"第{number}期"
        return f"{self.code}\u3014{year}\u3015{number}号"


class Counter(models.Model):
    """The last number of a series in a year. Its row is locked while a number is given, so none is skipped.

    ``start`` is the last number given before this system took over, by hand; 0 for a fresh year.
    """

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="counters")
    year = models.PositiveSmallIntegerField(_("年份"))
    start = models.PositiveIntegerField(_("启用前已用到"), default=0)
    last = models.PositiveIntegerField(_("已用到"))

    class Meta:
        verbose_name = _("编号计数")
        verbose_name_plural = _("编号计数")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year"], name="counter_one", violation_error_message=_("这一年已有计数。")
            ),
            models.CheckConstraint(
                condition=Q(last__gte=F("start")) & Q(year__range=(2000, 2999)),
                name="counter_order",
                violation_error_message=_("计数只能向前。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="one_by_one",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="IF TG_OP = 'DELETE' OR NEW.last <> OLD.last + 1 OR NEW.start <> OLD.start"
                " OR NEW.year <> OLD.year OR NEW.series_id <> OLD.series_id THEN"
                " RAISE EXCEPTION '编号只能逐个递增。' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW;",
            ),
            # At the commit, so that counter and number may be written in either order.
            pgtrigger.Trigger(
                name="no_gap",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func="IF NOT EXISTS (SELECT 1 FROM documents_number n WHERE n.series_id = NEW.series_id"
                " AND n.year = NEW.year AND n.number = NEW.last) THEN"
                " RAISE EXCEPTION '编号已递增，但没有登记该号。' USING ERRCODE = 'restrict_violation';"
                " END IF; RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.last}"


class Numbers(models.QuerySet["Number"]):
    """Selections of numbers."""

    def visible_to(self, actor: Actor) -> Numbers:
        """Return the numbers of the organs the actor may read."""
        return self.filter(within("series__organ__unit_path", reading_paths(actor)))


@tracked()
class Number(models.Model):
    """One number that was given. It is never deleted or given again; a cancelled paper's number is void."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="numbers")
    year = models.PositiveSmallIntegerField(_("年份"))
    number = models.PositiveIntegerField(_("序号"))
    text = models.TextField(_("发文字号"))
    state = models.TextField(_("状态"), choices=NumberState.choices, default=NumberState.USED)
    reason = models.TextField(_("作废原因"), blank=True, default="")
    given_by_name = models.TextField(_("编号人"))
    given_at = models.DateTimeField(_("编号时间"), db_default=Now(), editable=False)

    objects = Numbers.as_manager()

    class Meta:
        verbose_name = _("发文字号")
        verbose_name_plural = _("发文字号")
        ordering = ["series_id", "-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "year", "number"],
                name="number_once",
                violation_error_message=_("这个号已经用过。"),
            ),
            models.CheckConstraint(
                condition=Q(state=NumberState.USED, reason="") | (Q(state=NumberState.VOID) & ~Q(reason="")),
                name="number_void_reason",
                violation_error_message=_("作废的号要写明原因。"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="IF TG_OP = 'DELETE' OR OLD.state = 'void'"
                " OR (NEW.series_id, NEW.year, NEW.number, NEW.text, NEW.given_by_name, NEW.given_at)"
                " IS DISTINCT FROM"
                " (OLD.series_id, OLD.year, OLD.number, OLD.text, OLD.given_by_name, OLD.given_at) THEN"
                " RAISE EXCEPTION '发文字号一经编发，不能删除、更改或重新启用。'"
                " USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="next_one",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="IF NOT EXISTS (SELECT 1 FROM documents_counter c WHERE c.series_id = NEW.series_id"
                " AND c.year = NEW.year AND c.last = NEW.number) THEN"
                " RAISE EXCEPTION '发文字号只能取计数的下一号。' USING ERRCODE = 'restrict_violation';"
                " END IF; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return self.text
