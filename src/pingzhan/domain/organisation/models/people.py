"""People and what is true of them whatever the structure: contacts, absences, responsibilities."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.organisation.enums import AbsenceKind, Channel, PersonKind, ResponsibilityKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject


@tracked()
class Person(models.Model):
    """Somebody who can hold a post. The same name is not the same person, so names are not unique.

    ``provisional`` marks a person first named by a draft that is not published yet: such a person counts for
    nothing outside that draft. ``sort_key`` is the reading of the name, so lists sort alike on every server.
    ``subject`` holds the key his contacts are sealed with; it is made with the first of them.
    """

    name = models.TextField(_("姓名"))
    sort_key = models.TextField(_("排序读音"), blank=True, default="")
    title = models.TextField(_("职务"), blank=True, default="")
    kind = models.TextField(_("类别"), choices=PersonKind.choices, default=PersonKind.OFFICIAL)
    home_unit = models.ForeignKey(
        Unit, verbose_name=_("所在单位"), on_delete=models.PROTECT, related_name="persons"
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("账号"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="person",
    )
    subject = models.OneToOneField(
        Subject,
        verbose_name=_("个人信息主体"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="official",
    )
    active = models.BooleanField(_("在职"), default=True)
    provisional = models.BooleanField(_("草稿中新增"), default=False)

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        ordering = ["sort_key", "name", "id"]
        indexes = [models.Index(fields=["home_unit", "name"], name="person_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="person_named", violation_error_message=_("姓名不能为空。")
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PersonKind.values),
                name="person_kind_known",
                violation_error_message=_("人员类别不对。"),
            ),
            models.CheckConstraint(
                condition=Q(provisional=False) | Q(active=False),
                name="person_provisional_inactive",
                violation_error_message=_("草稿中新增的人员在发布前不计入在职人员。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["digest", "tail"])
class Contact(models.Model):
    """One way to reach a person; the lowest ``priority`` is tried first.

    The address is sealed with the person's key (queries.contacts opens it); ``digest`` is its keyed hash, and
    ``tail`` that of the last four digits of a telephone, by which the search finds its owner. Neither has a
    history, so that no copy made with a former look-up key stays.
    """

    person = models.ForeignKey(
        Person, verbose_name=_("人员"), on_delete=models.CASCADE, related_name="contacts"
    )
    channel = models.TextField(_("方式"), choices=Channel.choices)
    sealed = models.BinaryField(_("号码或地址"), editable=False)
    digest = models.BinaryField(_("号码或地址的摘要"), editable=False)
    tail = models.BigIntegerField(_("号码末四位的摘要"), null=True, editable=False)
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("联系方式")
        verbose_name_plural = _("联系方式")
        ordering = ["person_id", "priority", "id"]
        indexes = [
            models.Index(fields=["tail"], name="contact_by_tail", condition=Q(tail__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "channel", "digest"],
                name="contact_once",
                violation_error_message=_("该人员已有这一联系方式。"),
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values),
                name="contact_channel_known",
                violation_error_message=_("联系方式的种类不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} #{self.pk}"


@tracked()
class Absence(models.Model):
    """A person is away from ``t0`` until just before ``t1`` (half-open, database clock).

    ``override_reason`` and ``override_by`` are filled when a leader let both holders of a post be away at once.
    """

    person = models.ForeignKey(
        Person, verbose_name=_("人员"), on_delete=models.CASCADE, related_name="absences"
    )
    kind = models.TextField(_("事由"), choices=AbsenceKind.choices)
    t0 = models.DateTimeField(_("起"))
    t1 = models.DateTimeField(_("止"))
    basis = models.TextField(_("依据"), blank=True, default="")
    override_reason = models.TextField(_("AB 岗同时离岗的批准理由"), blank=True, default="")
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("批准人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("离岗登记")
        verbose_name_plural = _("离岗登记")
        ordering = ["person_id", "t0"]
        indexes = [models.Index(fields=["t1", "t0"], name="absence_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(t0__lt=F("t1")),
                name="absence_period",
                violation_error_message=_("离岗的结束时间应晚于开始时间。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AbsenceKind.values),
                name="absence_kind_known",
                violation_error_message=_("离岗事由不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


@tracked()
class Responsibility(models.Model):
    """帮包责任制 (四之四): who answers for a unit; rank 0 is the principal, 1.. stand in."""

    unit = models.ForeignKey(
        Unit, verbose_name=_("单位"), on_delete=models.CASCADE, related_name="responsibilities"
    )
    person = models.ForeignKey(
        Person, verbose_name=_("责任人"), on_delete=models.PROTECT, related_name="responsibilities"
    )
    kind = models.TextField(
        _("类别"), choices=ResponsibilityKind.choices, default=ResponsibilityKind.ENTERPRISE
    )
    rank = models.PositiveSmallIntegerField(_("次序"), default=0)

    class Meta:
        verbose_name = _("包保责任")
        verbose_name_plural = _("包保责任")
        ordering = ["unit_id", "kind", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "rank"],
                name="responsibility_rank_once",
                violation_error_message=_("该单位的这一次序已有责任人。"),
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "person"],
                name="responsibility_person_once",
                violation_error_message=_("该人员已是该单位的责任人。"),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ResponsibilityKind.values),
                name="responsibility_kind_known",
                violation_error_message=_("包保类别不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
