"""Tables of workers: the person, the words he is found by, his employments and where each of them places him.

Nothing here is readable without the person's data key: names, numbers, phones and addresses are sealed. What
is plain (job, team, room, dates) belongs to the enterprise's organisation.
"""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.enums import DocumentKind, EmploymentKind, KeyGroup, LeaveReason, Sex
from pingzhan.domain.territory.models import Site, Team, Unit
from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject


def _same(field: str) -> Func:
    """Return the range that holds only the value of a whole-number field (no btree_gist on the floor)."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


@tracked(exclude=["id_digest"])
class Individual(models.Model):
    """A person, once however many employments he has.

    ``id_digest`` is the keyed hash of document kind and number; empty once the person was erased. A person
    merged into another keeps his row and his digest, so that the number is still found: ``merged_into`` names
    the one that lives on, and that one is never merged itself. The digest has no history: after a change of
    the look-up key no copy of an old one may stay.
    """

    subject = models.OneToOneField(
        Subject, verbose_name=_("个人信息主体"), on_delete=models.PROTECT, related_name="individual"
    )
    doc_kind = models.TextField(_("证件类型"), choices=DocumentKind.choices, default=DocumentKind.ID_CARD)
    id_digest = models.BinaryField(_("证件号码摘要"), null=True, unique=True, editable=False)
    sex = models.TextField(_("性别"), choices=Sex.choices, blank=True, default=Sex.UNKNOWN)
    birth_year = models.PositiveSmallIntegerField(_("出生年份"), null=True, blank=True)
    name_sealed = models.BinaryField(_("姓名"), null=True, editable=False)
    id_sealed = models.BinaryField(_("证件号码"), null=True, editable=False)
    phone_sealed = models.BinaryField(_("手机"), null=True, editable=False)
    address_sealed = models.BinaryField(_("住址"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("并入"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
    )
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("个人")
        verbose_name_plural = _("个人")
        constraints = [
            models.CheckConstraint(
                condition=Q(doc_kind__in=DocumentKind.values),
                name="individual_document_known",
                violation_error_message=_("证件类型不对。"),
            ),
            models.CheckConstraint(
                condition=Q(sex__in=Sex.values),
                name="individual_sex_known",
                violation_error_message=_("性别不对。"),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="individual_not_into_itself",
                violation_error_message=_("不能把一个人并入他自己。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SearchTokens(models.Model):
    """The keyed hashes a person is found by. Made anew at a change of the look-up key, gone at erasure.

    Deliberately without row history: a former name must not be found any more.
    """

    individual = models.OneToOneField(
        Individual,
        verbose_name=_("个人"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="search",
    )
    tokens = ArrayField(models.BigIntegerField(), verbose_name=_("检索词摘要"))
    name_digest = models.BinaryField(_("姓名摘要"), editable=False)
    phone_digest = models.BinaryField(_("手机摘要"), null=True, editable=False)

    class Meta:
        verbose_name = _("检索词")
        verbose_name_plural = _("检索词")
        indexes = [
            # A short list of pending entries: every search reads it whole.
            GinIndex(fields=["tokens"], name="search_tokens", gin_pending_list_limit=256),
            models.Index(fields=["name_digest"], name="search_name"),
            models.Index(fields=["phone_digest"], name="search_phone"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked(exclude=["employee_no"])
class Employment(models.Model):
    """Somebody works at an enterprise from ``joined`` until the day before ``left`` (half-open).

    Two open employments at two enterprises are possible and shown as a question; two at the same enterprise
    at once are not. ``groups`` are keys of KeyGroup.
    """

    individual = models.ForeignKey(
        Individual, verbose_name=_("个人"), on_delete=models.PROTECT, related_name="employments"
    )
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="employments"
    )
    employee_no = models.TextField(_("工号"), blank=True, default="")
    job = models.TextField(_("岗位"), blank=True, default="")
    kind = models.TextField(_("用工形式"), choices=EmploymentKind.choices, default=EmploymentKind.OWN)
    groups = ArrayField(models.TextField(), verbose_name=_("重点人群"), default=list, blank=True)
    joined = models.DateField(_("入职日期"))
    left = models.DateField(_("离职日期"), null=True, blank=True)
    left_reason = models.TextField(_("离职原因"), choices=LeaveReason.choices, blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("用工")
        verbose_name_plural = _("用工")
        indexes = [
            models.Index(fields=["enterprise", "employee_no", "id"], name="employment_list"),
            models.Index(
                fields=["enterprise", "employee_no", "id"],
                name="employment_open_list",
                condition=Q(left__isnull=True),
            ),
            models.Index(fields=["employee_no"], name="employment_number", opclasses=["text_pattern_ops"]),
            models.Index(fields=["left"], name="employment_left", condition=Q(left__isnull=False)),
            GinIndex(fields=["groups"], name="employment_groups"),
        ]
        constraints = [
            ExclusionConstraint(
                name="employment_once_at_a_time",
                expressions=[
                    (_same("individual"), RangeOperators.OVERLAPS),
                    (_same("enterprise"), RangeOperators.OVERLAPS),
                    (Func(F("joined"), F("left"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("同一人在同一企业的用工时间不能重叠。"),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "employee_no"],
                name="employment_number_once",
                condition=Q(left__isnull=True) & ~Q(employee_no=""),
                violation_error_message=_("该企业已有在职职工使用这一工号。"),
            ),
            models.CheckConstraint(
                condition=Q(left__isnull=True) | Q(left__gte=F("joined")),
                name="employment_period",
                violation_error_message=_("离职日期不能早于入职日期。"),
            ),
            models.CheckConstraint(
                condition=Q(left__isnull=True, left_reason="")
                | Q(left__isnull=False, left_reason__in=LeaveReason.values),
                name="employment_left_reason",
                violation_error_message=_("离职日期和离职原因应同时填写。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EmploymentKind.values),
                name="employment_kind_known",
                violation_error_message=_("用工形式不对。"),
            ),
            models.CheckConstraint(
                condition=Q(groups__contained_by=list(KeyGroup.values)),
                name="employment_groups_known",
                violation_error_message=_("重点人群中有未知的类别。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


@tracked()
class Placement(models.Model):
    """Where an employment places somebody from ``t0`` until just before ``t1`` (half-open, database clock).

    A transfer closes one row and opens the next, so "who was in this team, room or canteen at that moment" is
    one query on an index. An open employment has exactly one row without ``t1``. ``sitting`` counts the
    sittings of a canteen from 1. ``enterprise`` repeats that of the employment, so that composite foreign keys
    (migration 0002) keep team, room and canteen within it; they stand in for the simple ones.
    """

    employment = models.ForeignKey(
        Employment,
        verbose_name=_("用工"),
        on_delete=models.CASCADE,
        related_name="placements",
        db_constraint=False,
    )
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("班组"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="placements",
        db_constraint=False,
    )
    room = models.ForeignKey(
        Site,
        verbose_name=_("宿舍"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lodgings",
        db_constraint=False,
    )
    canteen = models.ForeignKey(
        Site,
        verbose_name=_("食堂"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="diners",
        db_constraint=False,
    )
    sitting = models.PositiveSmallIntegerField(_("就餐批次"), null=True, blank=True)
    t0 = models.DateTimeField(_("起"))
    t1 = models.DateTimeField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("去向")
        verbose_name_plural = _("去向")
        ordering = ["employment_id", "t0"]
        indexes = [
            models.Index(fields=["team", "t0"], name="placement_team"),
            models.Index(fields=["room", "t0"], name="placement_room"),
            models.Index(fields=["canteen", "t0"], name="placement_canteen"),
            # Who is where now, and who was at a moment: counted by team for a whole zone from the index alone.
            models.Index(
                fields=["enterprise", "team"],
                include=["t0"],
                condition=Q(t1__isnull=True),
                name="placement_now",
            ),
            models.Index(
                fields=["t1", "enterprise", "team", "t0"],
                condition=Q(t1__isnull=False),
                name="placement_ended",
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="placement_once_at_a_time",
                expressions=[
                    (_same("employment"), RangeOperators.OVERLAPS),
                    (Func(F("t0"), F("t1"), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("同一职工同一时间只能有一处去向。"),
            ),
            models.CheckConstraint(
                condition=Q(t1__isnull=True) | Q(t1__gt=F("t0")),
                name="placement_period",
                violation_error_message=_("去向的结束时间应晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(sitting__isnull=True) | Q(sitting__gte=1, canteen__isnull=False),
                name="placement_sitting",
                violation_error_message=_("就餐批次从 1 开始，并且要先填写食堂。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class KeptApart(models.Model):
    """Two persons that look alike and were found to be different; the lower id first."""

    first = models.ForeignKey(
        Individual, verbose_name=_("个人"), on_delete=models.CASCADE, related_name="apart_first"
    )
    second = models.ForeignKey(
        Individual, verbose_name=_("另一人"), on_delete=models.CASCADE, related_name="apart_second"
    )
    at = models.DateTimeField(_("时间"), db_default=Now())

    class Meta:
        verbose_name = _("确认不是同一人")
        verbose_name_plural = _("确认不是同一人")
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="apart_once",
                violation_error_message=_("这两个人已确认不是同一人。"),
            ),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="apart_ordered",
                violation_error_message=_("两个人应按编号先后排列。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
