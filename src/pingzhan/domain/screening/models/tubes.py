"""Tubes, who is in them, and their way from the phone to the laboratory."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.people.models import Individual
from pingzhan.domain.screening.enums import (
    BoxState,
    ConflictKind,
    ConflictState,
    ProbeKind,
    SampleRefusal,
    StepKind,
    TubeKind,
    TubeState,
    Verdict,
)
from pingzhan.domain.screening.models.guards import box_moves, tube_moves
from pingzhan.domain.screening.models.rounds import Round
from pingzhan.domain.screening.models.staff import SamplingTeam
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import Device
from pingzhan.foundation.audit.history import tracked
from pingzhan.foundation.privacy.models import Subject

_FACTS = pgtrigger.Protect(name="facts", operation=pgtrigger.Update | pgtrigger.Delete)


@tracked()
class TeamDevice(models.Model):
    """A phone belongs to a sampling team: what it may read and send follows from the team's slots."""

    device = models.OneToOneField(
        Device, verbose_name=_("设备"), on_delete=models.PROTECT, related_name="sampling_team"
    )
    team = models.ForeignKey(
        SamplingTeam, verbose_name=_("采样队"), on_delete=models.PROTECT, related_name="devices"
    )

    class Meta:
        verbose_name = _("采样队的手机")
        verbose_name_plural = _("采样队的手机")

    def __str__(self) -> str:
        return f"{self.team_id} {self.device_id}"


class Box(models.Model):
    """A box in which tubes travel. Its custody steps are its history."""

    code = models.TextField(_("箱码"), unique=True)
    round = models.ForeignKey(Round, verbose_name=_("轮次"), on_delete=models.PROTECT, related_name="boxes")
    state = models.TextField(_("状态"), choices=BoxState.choices, default=BoxState.OPEN)
    opened_at = models.DateTimeField(_("开始装箱时间"), db_default=Now())
    sealed_at = models.DateTimeField(_("封箱时间"), null=True, blank=True)
    handed_at = models.DateTimeField(_("交接时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("接收时间"), null=True, blank=True)
    temperature = models.DecimalField(_("到达时温度"), max_digits=4, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = _("样本箱")
        verbose_name_plural = _("样本箱")
        triggers = [box_moves()]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BoxState.values),
                name="box_known",
                violation_error_message=_("样本箱的状态不对。"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Tube(models.Model):
    """A tube of one round. What its phones said decides its state until the laboratory has it.

    Times are the server's, one for each step; the phones' own times are with the custody steps, which are the
    tube's history. ``first_taken_at`` is when the first swab went in, the phone's clock put right: the age of the
    tube. A tube that is ``held`` gets no result until the conflicts behind it are settled. ``sealed_device`` and
    ``sealed_seq`` name the record that sealed it: what the same phone wrote before it still goes in.
    """

    code = models.TextField(_("管码"), unique=True)
    round = models.ForeignKey(Round, verbose_name=_("轮次"), on_delete=models.PROTECT, related_name="tubes")
    kind = models.TextField(_("类别"), choices=TubeKind.choices, default=TubeKind.POOL)
    capacity = models.PositiveSmallIntegerField(_("每管人数"))
    state = models.TextField(_("状态"), choices=TubeState.choices, default=TubeState.COLLECTING)
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), null=True, blank=True, on_delete=models.PROTECT, related_name="tubes"
    )
    team = models.ForeignKey(
        SamplingTeam,
        verbose_name=_("采样队"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tubes",
    )
    box = models.ForeignKey(
        Box, verbose_name=_("样本箱"), null=True, blank=True, on_delete=models.PROTECT, related_name="tubes"
    )
    heads = models.PositiveSmallIntegerField(_("人数"), default=0)
    held = models.BooleanField(_("暂扣"), default=False)
    verdict = models.TextField(_("结果"), choices=Verdict.choices, blank=True, default="")
    sealed_device = models.BigIntegerField(_("封管的手机"), null=True)
    sealed_seq = models.BigIntegerField(_("封管记录的序号"), null=True)
    first_taken_at = models.DateTimeField(_("首人采样时间"), null=True)
    opened_at = models.DateTimeField(_("收到首条记录时间"), db_default=Now())
    sealed_at = models.DateTimeField(_("封管时间"), null=True)
    boxed_at = models.DateTimeField(_("装箱时间"), null=True)
    handed_at = models.DateTimeField(_("交接时间"), null=True)
    received_at = models.DateTimeField(_("接收时间"), null=True)
    tested_at = models.DateTimeField(_("检测时间"), null=True)
    resulted_at = models.DateTimeField(_("出结果时间"), null=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True)

    class Meta:
        verbose_name = _("采样管")
        verbose_name_plural = _("采样管")
        triggers = [tube_moves()]
        indexes = [models.Index(fields=["round", "state", "code"], name="tube_list")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=TubeKind.values)
                & Q(state__in=TubeState.values)
                & (Q(verdict="") | Q(verdict__in=Verdict.values))
                & Q(capacity__gte=1),
                name="tube_known",
                violation_error_message=_("采样管的类别、状态或结果不对。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[TubeState.COLLECTING, TubeState.RECEIVED, TubeState.VOID])
                | Q(sealed_at__isnull=False),
                name="tube_sealed_first",
                violation_error_message=_("采样管要先封管。"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TubeState.BOXED, TubeState.HANDED])
                | Q(box__isnull=False, boxed_at__isnull=False),
                name="tube_boxed",
                violation_error_message=_("已装箱的采样管要有样本箱。"),
            ),
            models.CheckConstraint(
                condition=(~Q(state__in=[TubeState.RECEIVED, TubeState.TESTED, TubeState.RESULTED]))
                | Q(received_at__isnull=False),
                name="tube_received",
                violation_error_message=_("实验室接收以后才有检测和结果。"),
            ),
            models.CheckConstraint(
                condition=Q(verdict="") ^ Q(state=TubeState.RESULTED),
                name="tube_verdict_when_resulted",
                violation_error_message=_("已出结果的采样管要有结果，其他的不能有。"),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class WalkIn(models.Model):
    """Somebody registered at the point of sampling with name and document, once in a round.

    ``individual`` is the person of the same document when there is one, or when he is registered later.
    """

    round = models.ForeignKey(
        Round, verbose_name=_("轮次"), on_delete=models.PROTECT, related_name="walk_ins"
    )
    subject = models.OneToOneField(
        Subject, verbose_name=_("个人信息主体"), on_delete=models.PROTECT, related_name="walk_in"
    )
    id_digest = models.BinaryField(_("证件号码摘要"), null=True, editable=False)
    name_sealed = models.BinaryField(_("姓名"), null=True, editable=False)
    id_sealed = models.BinaryField(_("证件号码"), null=True, editable=False)
    individual = models.ForeignKey(
        Individual, verbose_name=_("个人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("登记时间"), db_default=Now())

    class Meta:
        verbose_name = _("现场登记")
        verbose_name_plural = _("现场登记")
        indexes = [models.Index(fields=["id_digest"], name="walk_in_digest")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "id_digest"],
                name="walk_in_once",
                violation_error_message=_("这个证件号码在本轮已经登记。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


def _sample_facts() -> pgtrigger.Trigger:
    """Return the trigger that keeps a sample as it was sent; only whether it counts may still turn out.

    The tie to the person is cut for good when his data is destroyed.
    """
    return pgtrigger.Trigger(
        name="facts",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func="""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '采样记录不能删除。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.person = 0 AND NEW.employment_id IS NULL AND to_jsonb(NEW) - '{person,employment_id}'::text[]
            IS NOT DISTINCT FROM to_jsonb(OLD) - '{person,employment_id}'::text[] THEN
            RETURN NEW;
        END IF;
        IF to_jsonb(NEW) - 'refused' IS DISTINCT FROM to_jsonb(OLD) - 'refused' THEN
            RAISE EXCEPTION '采样记录不能改动。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF EXISTS (SELECT 1 FROM screening_tube t WHERE t.id = NEW.tube_id AND t.verdict <> '') THEN
            RAISE EXCEPTION '结果已出，管内人员不能改动。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


def _sample_binding() -> pgtrigger.Trigger:
    """Return the trigger that binds people to a tube: nobody goes into one that is sealed or has a result.

    Into a sealed tube goes only what the phone that sealed it had written before, and what comes while it is held.
    It looks at all rows of a statement at once: a phone's batch is one question, not fifty.
    """
    referencing: Callable[..., pgtrigger.Referencing] = pgtrigger.Referencing
    return pgtrigger.Trigger(
        name="binding",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=referencing(new="stored"),
        func="""
        IF EXISTS (
            SELECT 1 FROM stored s JOIN screening_tube t ON t.id = s.tube_id
            WHERE s.refused = 0 AND (t.verdict <> '' OR (t.sealed_at IS NOT NULL AND NOT t.held
                AND (s.device_id = t.sealed_device AND s.seq < t.sealed_seq) IS NOT TRUE))
        ) THEN
            RAISE EXCEPTION '采样管已封，管内人员不能改动。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NULL;
        """,
    )


class Sample(models.Model):
    """One swab as a phone wrote it down. Only ever added to; ``id`` is the phone's, so it is stored once.

    Plain numbers instead of foreign keys keep a row small. ``person`` is the individual, a walk-in as a number below
    zero, or 0 once the tie to him is cut. ``refused`` says why a record does not count; it is kept like the others.
    ``flag`` adds up SampleFlag. ``taken_at`` is the phone's clock, which was ``skew_ms`` ahead of the server's when
    the record was sent.
    """

    id = models.UUIDField(_("客户端编号"), primary_key=True, default=uuid.uuid4, editable=False)
    round_id = models.BigIntegerField(_("轮次编号"))
    tube_id = models.BigIntegerField(_("采样管编号"))
    person = models.BigIntegerField(_("个人编号"))
    employment_id = models.BigIntegerField(_("用工编号"), null=True)
    enterprise_id = models.BigIntegerField(_("企业编号"), default=0)
    team_id = models.BigIntegerField(_("班组编号"), default=0)
    device_id = models.BigIntegerField(_("设备编号"))
    seq = models.BigIntegerField(_("设备上的序号"))
    skew_ms = models.IntegerField(_("手机快几毫秒"), default=0)
    taken_at = models.DateTimeField(_("采样时间"))
    received_at = models.DateTimeField(_("收到时间"), db_default=Now())
    place = models.SmallIntegerField(_("管内第几人"))
    flag = models.SmallIntegerField(_("标记"), default=0)
    refused = models.SmallIntegerField(
        _("为何不计"), choices=SampleRefusal.choices, default=SampleRefusal.COUNTS
    )
    note = models.TextField(_("原因"), blank=True, default="")

    class Meta:
        verbose_name = _("采样记录")
        verbose_name_plural = _("采样记录")
        triggers = [_sample_facts(), _sample_binding()]
        indexes = [
            models.Index(fields=["tube_id"], name="sample_of_tube"),
            models.Index(fields=["person", "round_id"], name="sample_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["device_id", "seq"], name="sample_once"),
            models.CheckConstraint(
                condition=Q(refused__in=SampleRefusal.values) & Q(flag__range=(0, 7)) & Q(place__gte=1),
                name="sample_known",
                violation_error_message=_("采样记录的标记不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Probe(models.Model):
    """A swab of one person outside the demand of any round, with its own tube. Only ever added to.

    Who he is stands with the tube's sample and is destroyed with it. ``enterprise`` is where he works or was swabbed,
    None for somebody who belongs to no enterprise.
    """

    tube = models.OneToOneField(
        Tube, verbose_name=_("采样管"), primary_key=True, on_delete=models.PROTECT, related_name="probe"
    )
    kind = models.TextField(_("类别"), choices=ProbeKind.choices)
    enterprise = models.ForeignKey(
        Unit, verbose_name=_("企业"), null=True, blank=True, on_delete=models.PROTECT, related_name="probes"
    )
    at = models.DateTimeField(_("登记时间"), db_default=Now())
    by_name = models.TextField(_("登记人"), blank=True, default="")

    class Meta:
        verbose_name = _("愿检和抽检")
        verbose_name_plural = _("愿检和抽检")
        triggers = [_FACTS]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ProbeKind.values),
                name="probe_known",
                violation_error_message=_("检测的类别不对。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tube_id}"


class CustodyStep(models.Model):
    """One step of a tube or a box, only ever added to. ``id`` is the phone's where a phone took it.

    ``to_device`` is the phone to which an open tube was passed on, ``ref`` to whom a box was handed.
    """

    id = models.UUIDField(_("客户端编号"), primary_key=True, default=uuid.uuid4, editable=False)
    step = models.TextField(_("步骤"), choices=StepKind.choices)
    tube_id = models.BigIntegerField(_("采样管编号"), null=True)
    box_id = models.BigIntegerField(_("样本箱编号"), null=True)
    device_id = models.BigIntegerField(_("设备编号"), null=True)
    seq = models.BigIntegerField(_("设备上的序号"), null=True)
    skew_ms = models.IntegerField(_("手机快几毫秒"), default=0)
    device_at = models.DateTimeField(_("手机时间"), null=True)
    at = models.DateTimeField(_("时间"), db_default=Now())
    to_device = models.BigIntegerField(_("交给的手机"), null=True)
    by_name = models.TextField(_("经手人"), blank=True, default="")
    ref = models.TextField(_("对象"), blank=True, default="")
    note = models.TextField(_("说明"), blank=True, default="")

    class Meta:
        verbose_name = _("样本交接步骤")
        verbose_name_plural = _("样本交接步骤")
        triggers = [_FACTS]
        indexes = [
            models.Index(fields=["tube_id"], name="step_of_tube"),
            models.Index(fields=["box_id"], name="step_of_box"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["device_id", "seq"], condition=Q(device_id__isnull=False), name="step_once"
            ),
            models.CheckConstraint(
                condition=Q(step__in=StepKind.values)
                & (Q(tube_id__isnull=False) | Q(box_id__isnull=False))
                & (Q(device_id__isnull=True) | Q(seq__isnull=False, device_at__isnull=False)),
                name="step_sound",
                violation_error_message=_("样本交接步骤缺少内容。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.pk}"


@tracked()
class Conflict(models.Model):
    """What does not fit together in a round: of a tube, of a person, or of a person in a tube; 0 stands for none.

    It goes away by itself when what comes in later explains it; else somebody settles it with a reason.
    """

    round = models.ForeignKey(
        Round, verbose_name=_("轮次"), on_delete=models.PROTECT, related_name="conflicts"
    )
    kind = models.TextField(_("种类"), choices=ConflictKind.choices)
    tube_id = models.BigIntegerField(_("采样管编号"), default=0)
    person = models.BigIntegerField(_("个人编号"), default=0)
    enterprise_id = models.BigIntegerField(_("企业编号"), default=0)
    team_id = models.BigIntegerField(_("班组编号"), default=0)
    state = models.TextField(_("状态"), choices=ConflictState.choices, default=ConflictState.OPEN)
    opened_at = models.DateTimeField(_("发现时间"), db_default=Now())
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    settled_by = models.TextField(_("处理人"), blank=True, default="")
    note = models.TextField(_("处理说明"), blank=True, default="")

    class Meta:
        verbose_name = _("采样疑问")
        verbose_name_plural = _("采样疑问")
        indexes = [
            models.Index(fields=["tube_id"], name="conflict_of_tube"),
            models.Index(fields=["person"], name="conflict_of_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "tube_id", "person"], name="conflict_once"),
            models.CheckConstraint(
                condition=Q(kind__in=ConflictKind.values)
                & Q(state__in=ConflictState.values)
                & (~Q(state=ConflictState.SETTLED) | (Q(settled_at__isnull=False) & ~Q(note=""))),
                name="conflict_known",
                violation_error_message=_("处理采样疑问要写明说明。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
