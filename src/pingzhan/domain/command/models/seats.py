"""Seats: one chair of a post held by one person over one period."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command.enums import AckState, AckVia, ChosenBy, ClosedReason, Posture, Unanswered
from pingzhan.domain.command.models.activation import Activation
from pingzhan.domain.command.models.duties import DutyVersion
from pingzhan.domain.organisation.models import Person, Post
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.audit.history import tracked


@tracked(exclude=["policy_snapshot", "step_no", "next_at", "unanswered"])
class Seat(models.Model):
    """A person on a chair of a post. ``post`` is empty only for the pool 机动.

    ``duty_key`` is the hash of the seat's duty rows: a seat with equal duties stays as it is, whatever the
    level. ``regime`` names what ruled the unit when the seat was opened ('a' and the run of an emergency, 's'
    and the structure version in routine). ``refused_in`` are the regimes in which the holder may not get this
    seat again, because he declined it or was passed over. ``policy_snapshot`` is the ladder at opening; its
    next step is due at ``next_at`` as long as the seat is open and not confirmed. ``unanswered`` says that the
    ladder found nobody to take the seat over; it is listed as a gap until somebody answers.
    """

    world = models.IntegerField(default=0)
    zone = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="seats")
    post = models.ForeignKey(
        Post, null=True, blank=True, on_delete=models.PROTECT, related_name="seats", db_index=False
    )
    post_code = models.TextField(_("岗位代码"))
    seat_no = models.BigIntegerField(_("席位"))
    person = models.ForeignKey(Person, verbose_name=_("人员"), on_delete=models.PROTECT, related_name="seats")
    rank = models.PositiveSmallIntegerField(_("次序"), default=0)
    chosen_by = models.TextField(_("安排方式"), choices=ChosenBy.choices, default=ChosenBy.HOLDER)
    posture = models.TextField(_("状态"), choices=Posture.choices)
    regime = models.TextField()
    duty_key = models.TextField()
    duty_version = models.ForeignKey(
        DutyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by", db_index=False
    )
    opened_at = models.DateTimeField(_("启用时间"), db_default=Now(), editable=False)
    opened_by_activation = models.ForeignKey(
        Activation, null=True, blank=True, on_delete=models.PROTECT, related_name="opened_seats"
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)
    closed_reason = models.TextField(_("关闭原因"), choices=ClosedReason.choices, blank=True, default="")
    ack_state = models.TextField(_("签收"), choices=AckState.choices, default=AckState.GIVEN)
    seen_at = models.DateTimeField(_("查看时间"), null=True, blank=True)
    acked_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    ack_by = models.TextField(_("签收人"), blank=True, default="")
    ack_via = models.TextField(_("签收方式"), choices=AckVia.choices, blank=True, default="")
    eta = models.DateTimeField(_("预计到岗"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("到岗时间"), null=True, blank=True)
    decline_reason = models.TextField(_("不能到岗原因"), blank=True, default="")
    late_ack_at = models.DateTimeField(_("迟到的签收"), null=True, blank=True)
    refused_in = ArrayField(models.TextField(), default=list, blank=True)
    policy_snapshot = models.JSONField(default=list)
    step_no = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(_("下一步催办"), null=True, blank=True)
    unanswered = models.TextField(
        _("无人应答"), choices=Unanswered.choices, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("席位")
        verbose_name_plural = _("席位")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["next_at"], name="seat_due", condition=Q(next_at__isnull=False)),
            models.Index(
                fields=["world", "zone"],
                name="seat_refused",
                condition=Q(ack_state__in=[AckState.DECLINED, AckState.PASSED]),
            ),
            models.Index(fields=["world", "zone"], name="seat_unanswered_of", condition=~Q(unanswered="")),
            models.Index(fields=["zone", "post_code", "seat_no"], name="seat_of_post"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["world", "zone", "post_code", "seat_no"],
                condition=Q(closed_at__isnull=True),
                name="seat_one_open",
                violation_error_message=_("这一席位已经有人。"),
            ),
            models.UniqueConstraint(
                fields=["world", "zone", "post_code", "person"],
                condition=Q(closed_at__isnull=True),
                name="seat_person_once",
                violation_error_message=_("该人员已在这一岗位上。"),
            ),
            models.CheckConstraint(
                condition=Q(acked_at__isnull=True) | Q(next_at__isnull=True),
                name="seat_acked_no_next",
                violation_error_message=_("已签收的席位不再催办。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(acked_at__isnull=False) | Q(next_at__isnull=False),
                name="seat_unacked_has_next",
                violation_error_message=_("未签收的席位必须有下一步催办时间。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(next_at__isnull=True),
                name="seat_closed_no_next",
                violation_error_message=_("已关闭的席位不再催办。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_reason="")
                | (
                    Q(closed_at__isnull=False)
                    & Q(closed_reason__in=ClosedReason.values)
                    & Q(closed_at__gte=F("opened_at"))
                ),
                name="seat_closed_paired",
                violation_error_message=_("关闭时间和关闭原因要么都有，要么都没有。"),
            ),
            models.CheckConstraint(
                condition=Q(acked_at__isnull=True, ack_by="", ack_via="")
                | (Q(acked_at__isnull=False) & ~Q(ack_by="") & Q(ack_via__in=AckVia.values)),
                name="seat_ack_paired",
                violation_error_message=_("签收时间、签收人和签收方式要么都有，要么都没有。"),
            ),
            models.CheckConstraint(
                condition=~Q(ack_state=AckState.PASSED) | Q(acked_at__isnull=True),
                name="seat_acked_not_passed",
                violation_error_message=_("已签收的席位不能转给替补。"),
            ),
            models.CheckConstraint(
                condition=~Q(ack_state__in=[AckState.ACKED, AckState.ARRIVED]) | Q(acked_at__isnull=False),
                name="seat_acked_has_time",
                violation_error_message=_("已签收的席位要有签收时间。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(ack_state__in=[AckState.DECLINED, AckState.PASSED, AckState.RELEASED]),
                name="seat_closed_state",
                violation_error_message=_("已关闭的席位只能是不能到岗、转替补或已撤岗。"),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False)
                | ~Q(ack_state__in=[AckState.DECLINED, AckState.PASSED, AckState.RELEASED]),
                name="seat_open_state",
                violation_error_message=_("有效的席位不能是已撤岗状态。"),
            ),
            models.CheckConstraint(
                condition=Q(unanswered="")
                | Q(unanswered__in=Unanswered.values, acked_at__isnull=True, closed_at__isnull=True),
                name="seat_unanswered",
                violation_error_message=_("已签收或已关闭的席位不是无人应答。"),
            ),
            models.CheckConstraint(
                condition=~Q(ack_state=AckState.DECLINED) | ~Q(decline_reason=""),
                name="seat_decline_reason",
                violation_error_message=_("不能到岗要写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(posture__in=Posture.values)
                & Q(ack_state__in=AckState.values)
                & Q(chosen_by__in=ChosenBy.values)
                & Q(seat_no__gte=1)
                & ~Q(post_code=""),
                name="seat_complete",
                violation_error_message=_("席位的岗位、状态或签收不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_code}/{self.seat_no}"


class SeatCause(models.Model):
    """An activation that keeps an emergency seat open; routine seats have none."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="causes", db_index=False)
    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("席位依据")
        verbose_name_plural = _("席位依据")
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "activation"],
                name="seatcause_once",
                violation_error_message=_("席位已有这一依据。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} <- {self.activation_id}"


class WrongCode(models.Model):
    """A code that fitted no seat, by where it came from; enough of them close that way in for a while."""

    source = models.TextField(_("来源"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("无效的签收码")
        verbose_name_plural = _("无效的签收码")
        indexes = [models.Index(fields=["source", "at"], name="wrongcode_of")]

    def __str__(self) -> str:
        return f"{self.at}"


@tracked()
class Override(models.Model):
    """A manual change of a seat during an emergency; it lasts for that emergency only (section 7 rule 6)."""

    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="overrides")
    post_code = models.TextField(_("岗位代码"))
    seat_no = models.BigIntegerField(_("席位"))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("原因"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.TextField(_("操作人"))
    at = models.DateTimeField(_("时间"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("失效时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("临时换人")
        verbose_name_plural = _("临时换人")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["activation", "post_code", "seat_no"],
                condition=Q(ended_at__isnull=True),
                name="override_one",
                violation_error_message=_("该席位已有一项临时换人。"),
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(by_name=""),
                name="override_reason",
                violation_error_message=_("临时换人要写明原因。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_code}/{self.seat_no}: {self.person_id}"
