"""A structure version and what belongs to it; once published, triggers refuse every change."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.enums import (
    PERSON_QUERIES,
    GroupKind,
    PostPosture,
    PostRole,
    VersionStatus,
)
from pingzhan.domain.organisation.models.people import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked(exclude=["source_text", "reading"])
class StructureVersion(models.Model):
    """One edition of a zone's command structure. ``n`` counts from 1 within the zone and is never reused.

    A published version never changes again, except that it becomes retired when the next one is published;
    activations that were ordered under it keep using it. ``sha256`` is taken over its canonical content.
    ``reading`` holds the counts of the import and the unread places: ``{"counts": {...}, "unread": [...]}``.
    """

    zone = models.ForeignKey(
        Unit, verbose_name=_("开发区"), on_delete=models.PROTECT, related_name="structure_versions"
    )
    n = models.PositiveIntegerField(_("版次"))
    status = models.TextField(_("状态"), choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    title = models.TextField(_("标题"))
    basis_doc = models.TextField(_("依据文件"), blank=True, default="")
    source_name = models.TextField(_("来源文件名"), blank=True, default="")
    source_text = models.TextField(_("来源文本"), blank=True, default="")
    reading = models.JSONField(_("读取情况"), default=dict, blank=True)
    sha256 = models.TextField(_("校验值"), blank=True, default="")
    base = models.ForeignKey(
        "self",
        verbose_name=_("上一版"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="successors",
    )
    created_at = models.DateTimeField(_("创建时间"), db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("创建人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("发布人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("组织架构版本")
        verbose_name_plural = _("组织架构版本")
        ordering = ["zone_id", "-n"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "n"], name="version_n_unique", violation_error_message=_("版次重复。")
            ),
            models.UniqueConstraint(
                fields=["zone"],
                condition=Q(status=VersionStatus.PUBLISHED),
                name="version_one_published",
                violation_error_message=_("该开发区已有一个现行版本。"),
            ),
            models.CheckConstraint(
                condition=Q(status__in=VersionStatus.values),
                name="version_status_known",
                violation_error_message=_("版本状态不对。"),
            ),
            models.CheckConstraint(
                condition=Q(
                    status=VersionStatus.DRAFT,
                    sha256="",
                    published_at__isnull=True,
                    published_by__isnull=True,
                )
                | (
                    ~Q(status=VersionStatus.DRAFT)
                    & Q(published_at__isnull=False)
                    & Q(sha256__regex="^[0-9a-f]{64}$")
                ),
                name="version_published_complete",
                violation_error_message=_("已发布的版本必须有发布时间和校验值，草稿则都没有。"),
            ),
        ]

    def __str__(self) -> str:
        return _("第 %(n)d 版") % {"n": self.n}


@tracked()
class Group(models.Model):
    """The leading group or a work group of a version; ``code`` is what duty templates refer to."""

    version = models.ForeignKey(StructureVersion, on_delete=models.CASCADE, related_name="groups")
    code = models.TextField(_("代码"))
    name = models.TextField(_("名称"))
    kind = models.TextField(_("类别"), choices=GroupKind.choices, default=GroupKind.WORK)
    sort = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("工作组")
        verbose_name_plural = _("工作组")
        ordering = ["version_id", "sort", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="group_code_unique",
                violation_error_message=_("本版中已有这一工作组代码。"),
            ),
            models.UniqueConstraint(
                fields=["version", "name"],
                name="group_name_unique",
                violation_error_message=_("本版中已有同名的工作组。"),
            ),
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(kind=GroupKind.LEADING),
                name="group_one_leading",
                violation_error_message=_("一个版本只能有一个领导小组。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=GroupKind.values) & ~Q(code="") & ~Q(name=""),
                name="group_complete",
                violation_error_message=_("工作组的代码、名称和类别不能为空。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Clause(models.Model):
    """One duty clause of a group; ``start`` and ``end`` are its place in the source text, in characters."""

    version = models.ForeignKey(StructureVersion, on_delete=models.CASCADE, related_name="clauses")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="clauses")
    n = models.PositiveSmallIntegerField(_("序号"))
    text = models.TextField(_("职责"))
    start = models.PositiveIntegerField(_("起"), null=True, blank=True)
    end = models.PositiveIntegerField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("职责条款")
        verbose_name_plural = _("职责条款")
        ordering = ["group_id", "n"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "n"],
                name="clause_n_unique",
                violation_error_message=_("该工作组的职责序号重复。"),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="clause_has_text",
                violation_error_message=_("职责内容不能为空。"),
            ),
            models.CheckConstraint(
                condition=Q(start__isnull=True, end__isnull=True) | Q(start__lt=F("end")),
                name="clause_place",
                violation_error_message=_("职责在原文中的位置不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.text


@tracked()
class Post(models.Model):
    """A chair, or several equal chairs, in the plan.

    Wanted in the routine posture when ``posture`` is routine or both; in an emergency when it is emergency or
    both and the level is at least as grave as ``level_at_least`` (1 the gravest; 4 means every level).
    ``unit`` is the place whose posture counts. ``min_seats`` must be filled, ``max_seats`` may be.
    """

    version = models.ForeignKey(StructureVersion, on_delete=models.CASCADE, related_name="posts")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="posts")
    code = models.TextField(_("代码"))
    name = models.TextField(_("名称"))
    role = models.TextField(_("角色"), choices=PostRole.choices, default=PostRole.MEMBER)
    unit = models.ForeignKey(Unit, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="posts")
    posture = models.TextField(_("启用状态"), choices=PostPosture.choices, default=PostPosture.BOTH)
    level_at_least = models.PositiveSmallIntegerField(_("启用等级"), default=4)
    min_seats = models.PositiveSmallIntegerField(_("最少席位"), default=1)
    max_seats = models.PositiveSmallIntegerField(_("最多席位"), default=1)
    critical = models.BooleanField(_("关键岗位"), default=False)
    reports_to_code = models.TextField(_("上级岗位"), blank=True, default="")
    segregated_from = ArrayField(models.TextField(), verbose_name=_("互斥岗位"), default=list, blank=True)
    sort = models.PositiveIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        ordering = ["version_id", "sort", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="post_code_unique",
                violation_error_message=_("本版中已有这一岗位代码。"),
            ),
            models.CheckConstraint(
                condition=Q(posture__in=PostPosture.values)
                & Q(role__in=PostRole.values)
                & ~Q(code="")
                & ~Q(name=""),
                name="post_complete",
                violation_error_message=_("岗位的代码、名称、角色和启用状态不能为空。"),
            ),
            models.CheckConstraint(
                condition=Q(level_at_least__range=(1, 4)),
                name="post_level_range",
                violation_error_message=_("启用等级只能是Ⅰ级至Ⅳ级。"),
            ),
            models.CheckConstraint(
                condition=Q(max_seats__gte=1) & Q(min_seats__lte=F("max_seats")),
                name="post_seats",
                violation_error_message=_("席位至少一个，且最少席位不能多于最多席位。"),
            ),
            models.CheckConstraint(
                condition=~Q(reports_to_code=F("code")),
                name="post_not_own_head",
                violation_error_message=_("岗位不能以自己为上级岗位。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Holding(models.Model):
    """Who is ranked for a seat: rank 0 the holder, 1.. the substitutes in order.

    ``person`` names somebody; ``person_query`` names a rule resolved at the switch
    ('responsible:enterprise').
    Both empty means that the notice names a class nobody has resolved yet; such a version cannot be published
    without a waiver. ``title`` is as read in the notice.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="holdings")
    seat_no = models.PositiveSmallIntegerField(_("席位"), default=1)
    rank = models.PositiveSmallIntegerField(_("次序"), default=0)
    person = models.ForeignKey(
        Person,
        verbose_name=_("人员"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="holdings",
    )
    person_query = models.TextField(_("人员规则"), blank=True, default="")
    title = models.TextField(_("职务"), blank=True, default="")
    t0 = models.DateTimeField(_("起"), null=True, blank=True)
    t1 = models.DateTimeField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ["post_id", "seat_no", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "seat_no", "rank"],
                name="holding_rank_once",
                violation_error_message=_("该席位的这一次序已有人。"),
            ),
            models.UniqueConstraint(
                fields=["post", "person"],
                name="holding_person_once",
                violation_error_message=_("该人员已在这一岗位上。"),
            ),
            models.CheckConstraint(
                condition=Q(seat_no__gte=1),
                name="holding_seat_from_one",
                violation_error_message=_("席位从 1 开始编号。"),
            ),
            models.CheckConstraint(
                condition=Q(person_query="")
                | (Q(person_query__in=sorted(PERSON_QUERIES)) & Q(person__isnull=True)),
                name="holding_person_or_query",
                violation_error_message=_("任职只能指定人员或人员规则之一。"),
            ),
            models.CheckConstraint(
                condition=Q(t0__isnull=True) | Q(t1__isnull=True) | Q(t0__lt=F("t1")),
                name="holding_period",
                violation_error_message=_("任职的结束时间应晚于开始时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}/{self.seat_no}/{self.rank}"
