"""Choices of the command module and the tables of permitted transitions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pingzhan.domain.command import assignment

POOL_CODE = assignment.POOL_CODE
"""Post code of the pool 机动, which no structure version contains."""
PERSONAL = "person."
"""Duty codes that begin so belong to the person, not to the chair: such a task ends with the seat."""


class Posture(models.TextChoices):
    """The two standing structures of one organisation."""

    ROUTINE = "routine", _("平时")
    EMERGENCY = "emergency", _("战时")


class BasisKind(models.TextChoices):
    """What an order rests on; a verbal order is followed by a task to record its document number."""

    DOCUMENT = "document", _("文件")
    VERBAL = "verbal", _("口头命令")


class EndKind(models.TextChoices):
    """Why an activation is no longer in force."""

    REPLACED = "replaced", _("改变等级")
    REBASED = "rebased", _("换用新版组织架构")
    STOOD_DOWN = "stood_down", _("战转平")
    REAL_ORDER = "real_order", _("实战命令中止演练")


class VersionState(models.TextChoices):
    """Life of a duty or policy version; only published ones exist for a switch."""

    PUBLISHED = "published", _("现行")
    RETIRED = "retired", _("已停用")


class DutyRole(models.TextChoices):
    """Who within a group a duty template is for; the values equal organisation.PostRole."""

    ANY = "", _("全组")
    HEAD = "head", _("组长")
    DEPUTY = "deputy", _("副组长")
    MEMBER = "member", _("成员")
    LIAISON = "liaison", _("联络员")
    OTHER = "other", _("其他")
    FIRM_LEAD = "firm_lead", _("企业疫情防控负责人")
    FIRM_CONTACT = "firm_contact", _("企业专职联系人")
    FIRM_TEAM = "firm_team", _("企业应急队长")
    FIRM_OFFICER = "firm_officer", _("包企责任人")


class Phase(models.TextChoices):
    """When in the course of an emergency a duty falls due; routine duties are standing."""

    STANDING = "standing", _("常态")
    FIRST = "0-2h", _("0—2 小时")
    SECOND = "2-12h", _("2—12 小时")
    LATER = "12h+", _("12 小时以后")
    STANDDOWN = "standdown", _("战转平")


class Evidence(models.TextChoices):
    """What must be fed back when a task is done."""

    NONE = "none", _("无")
    TEXT = "text", _("文字说明")
    COUNT = "count", _("数字")
    PHOTO = "photo", _("照片")


class AckState(models.TextChoices):
    """How far the holder of a seat has come."""

    GIVEN = "given", _("已下达")
    SEEN = "seen", _("已查看")
    ACKED = "acked", _("已签收")
    ARRIVED = "arrived", _("已到岗")
    DECLINED = "declined", _("不能到岗")
    PASSED = "passed", _("逾期转替补")
    RELEASED = "released", _("已撤岗")


#: From which state a seat may come into which; a closed seat stays as it is.
ACK_TRANSITIONS: dict[AckState, frozenset[AckState]] = {
    AckState.GIVEN: frozenset(
        {
            AckState.SEEN,
            AckState.ACKED,
            AckState.ARRIVED,
            AckState.DECLINED,
            AckState.PASSED,
            AckState.RELEASED,
        }
    ),
    AckState.SEEN: frozenset(
        {AckState.ACKED, AckState.ARRIVED, AckState.DECLINED, AckState.PASSED, AckState.RELEASED}
    ),
    AckState.ACKED: frozenset({AckState.ARRIVED, AckState.DECLINED, AckState.RELEASED}),
    AckState.ARRIVED: frozenset({AckState.DECLINED, AckState.RELEASED}),
    AckState.DECLINED: frozenset(),
    AckState.PASSED: frozenset(),
    AckState.RELEASED: frozenset(),
}


class AckVia(models.TextChoices):
    """How an acknowledgement came; a call is typed in by the duty officer under his own name."""

    BUTTON = "button", _("系统内")
    LINK = "link", _("签收链接")
    PHONE = "phone", _("电话")
    SMS = "sms", _("短信签收码")
    CHECK_IN = "check_in", _("到岗扫码")


class Unanswered(models.TextChoices):
    """What a seat whose holder does not answer waits for, once the ladder has found nobody else."""

    NO = "", _("无")
    NO_SUBSTITUTE = "no_substitute", _("没有替补，已告知组长")
    NAME_SOMEONE = "name_someone", _("须由组长指定人员")


class ClosedReason(models.TextChoices):
    """Why a seat was closed."""

    SWITCHED = "switched", _("平战转换")
    RELEASED = "released", _("战转平")
    REPLACED = "replaced", _("换人")
    DUTIES = "duties", _("职责改变")
    DECLINED = "declined", _("本人不能到岗")
    PASSED = "passed", _("逾期未签收")
    ABSENT = "absent", _("请假或离岗")
    POST_GONE = "post_gone", _("岗位不再设置")


class ChosenBy(models.TextChoices):
    """By which rule a person sits on a seat (command.md section 7)."""

    HOLDER = "holder", _("任职人员")
    SUBSTITUTE = "substitute", _("替补")
    OVERRIDE = "override", _("临时指定")
    POOL = "pool", _("机动")


class TaskState(models.TextChoices):
    """交办—督办—反馈—销号."""

    OPEN = "open", _("待办")
    DOING = "doing", _("办理中")
    FEEDBACK = "feedback", _("已反馈")
    CHECKED = "checked", _("已核实")
    CLOSED = "closed", _("已销号")
    CANCELLED = "cancelled", _("已取消")
    HANDED_OVER = "handed_over", _("已移交待接收")
    PARKED = "parked", _("已暂停")


#: A task in one of these still has to be finished by the person who owns it.
LIVE_TASK_STATES: tuple[TaskState, ...] = (
    TaskState.OPEN,
    TaskState.DOING,
    TaskState.FEEDBACK,
    TaskState.CHECKED,
    TaskState.HANDED_OVER,
)

TASK_TRANSITIONS: dict[TaskState, frozenset[TaskState]] = {
    TaskState.OPEN: frozenset(
        {
            TaskState.DOING,
            TaskState.FEEDBACK,
            TaskState.CLOSED,
            TaskState.CANCELLED,
            TaskState.HANDED_OVER,
            TaskState.PARKED,
        }
    ),
    TaskState.DOING: frozenset(
        {
            TaskState.FEEDBACK,
            TaskState.CLOSED,
            TaskState.CANCELLED,
            TaskState.HANDED_OVER,
            TaskState.PARKED,
        }
    ),
    TaskState.FEEDBACK: frozenset(
        {
            TaskState.DOING,
            TaskState.CHECKED,
            TaskState.CLOSED,
            TaskState.CANCELLED,
            TaskState.HANDED_OVER,
            TaskState.PARKED,
        }
    ),
    TaskState.CHECKED: frozenset(
        {TaskState.CLOSED, TaskState.DOING, TaskState.HANDED_OVER, TaskState.PARKED, TaskState.CANCELLED}
    ),
    TaskState.HANDED_OVER: frozenset(
        {
            TaskState.DOING,
            TaskState.FEEDBACK,
            TaskState.CLOSED,
            TaskState.CANCELLED,
            TaskState.HANDED_OVER,
            TaskState.PARKED,
        }
    ),
    TaskState.PARKED: frozenset({*LIVE_TASK_STATES, TaskState.CLOSED, TaskState.CANCELLED}),
    TaskState.CLOSED: frozenset(),
    TaskState.CANCELLED: frozenset(),
}


class TaskVerb(models.TextChoices):
    """What happened to a task."""

    TAKE = "take", _("接办")
    FEEDBACK = "feedback", _("反馈")
    CHECK = "check", _("核实")
    CLOSE = "close", _("销号")
    CANCEL = "cancel", _("取消")
    HAND_OVER = "hand_over", _("移交")
    PARK = "park", _("暂停")
    RETURN = "return", _("恢复")


class GapKind(models.TextChoices):
    """What is missing after a switch; a gap never blocks an emergency order (command.md section 1)."""

    COMMANDER_MISSING = "commander_missing", _("无人指挥")
    NAME_SOMEONE = "name_someone", _("须由组长指定人员")
    NO_SUBSTITUTE = "no_substitute", _("逾期未签收，没有替补")
    POST_EMPTY = "post_empty", _("岗位无人")
    SEGREGATION = "segregation", _("岗位互斥，只能空缺")
    AB_BOTH_AWAY = "ab_both_away", _("AB 岗同时离岗")
    TWO_CRITICAL = "two_critical", _("一人兼两个关键岗位")
    SEVERAL_POSTS = "several_posts", _("一人多岗")
    NO_CONTACT = "no_contact", _("没有联系方式")
    PERSON_IN_POOL = "person_in_pool", _("无岗位，已编入机动")
    PERSON_ABSENT = "person_absent", _("离岗，未安排岗位")
    DUTY_MISSING = "duty_missing", _("岗位没有任务")
    CRITICAL_WITHOUT_SUBSTITUTE = "critical_without_substitute", _("关键岗位没有替补")
    TWO_HEADS = "two_heads", _("一组两名组长")
    SPAN_OVER_7 = "span_over_7", _("直接下级超过七个")
    HEAD_AND_MEMBER = "head_and_member_conflict", _("同组兼任组长和成员")
    NO_VERIFIED_CONTACT = "no_verified_contact", _("联系方式 90 天未核实")
    POST_CODE_DANGLING = "post_code_dangling", _("职责所指岗位不存在")
    PERSON_WITHOUT_POST = "person_without_post", _("有人无岗")
    CLASS_UNRESOLVED = "class_unresolved", _("人员类别未明确到人")
    ROSTER_HOLE = "roster_hole_72h", _("72 小时内值班缺人")


class Severity(models.TextChoices):
    """How grave a gap is."""

    CRITICAL = "critical", _("严重")
    MAJOR = "major", _("一般")
    INFO = "info", _("提示")


GAP_SEVERITY: dict[GapKind, Severity] = {
    GapKind.COMMANDER_MISSING: Severity.CRITICAL,
    GapKind.NAME_SOMEONE: Severity.CRITICAL,
    GapKind.NO_SUBSTITUTE: Severity.MAJOR,
    GapKind.POST_EMPTY: Severity.MAJOR,
    GapKind.SEGREGATION: Severity.MAJOR,
    GapKind.AB_BOTH_AWAY: Severity.MAJOR,
    GapKind.TWO_CRITICAL: Severity.MAJOR,
    GapKind.SEVERAL_POSTS: Severity.INFO,
    GapKind.NO_CONTACT: Severity.MAJOR,
    GapKind.PERSON_IN_POOL: Severity.INFO,
    GapKind.PERSON_ABSENT: Severity.INFO,
    GapKind.DUTY_MISSING: Severity.MAJOR,
    GapKind.CRITICAL_WITHOUT_SUBSTITUTE: Severity.CRITICAL,
    GapKind.TWO_HEADS: Severity.MAJOR,
    GapKind.SPAN_OVER_7: Severity.INFO,
    GapKind.HEAD_AND_MEMBER: Severity.MAJOR,
    GapKind.NO_VERIFIED_CONTACT: Severity.MAJOR,
    GapKind.POST_CODE_DANGLING: Severity.MAJOR,
    GapKind.PERSON_WITHOUT_POST: Severity.INFO,
    GapKind.CLASS_UNRESOLVED: Severity.MAJOR,
    GapKind.ROSTER_HOLE: Severity.MAJOR,
}
"""Severity of each kind; POST_EMPTY of a critical post is raised to critical."""


class StepAction(models.TextChoices):
    """What a step of the escalation ladder does when its time has come."""

    NOTIFY = "notify", _("再次通知")
    CALL = "call", _("电话语音通知")
    SUBSTITUTE = "substitute", _("启用替补并告知组长")
    NAME_SOMEONE = "name_someone", _("组长指定人员")


class StepTarget(models.TextChoices):
    """Whom a step of the ladder reaches."""

    HOLDER = "holder", _("本人")
    SUBSTITUTE = "substitute", _("替补")
    GROUP_HEAD = "group_head", _("组长")
    COMMANDER = "commander", _("指挥人")
    ALL = "all", _("全体")


class TaskDecisionKind(models.TextChoices):
    """What a stand-down does with the open tasks of a group."""

    DONE = "done", _("已办结")
    CANCEL = "cancel", _("取消")
    HAND_OVER = "hand_over", _("移交")
