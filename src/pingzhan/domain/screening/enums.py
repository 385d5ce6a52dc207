"""Choices of the screening module. Keys are stored, so they never change."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RoundKind(models.TextChoices):
    """What a round is for."""

    REGULAR = "regular", _("全员检测")
    KEY_GROUPS = "key_groups", _("重点人群检测")
    EXTRA = "extra", _("临时加测")
    RETEST = "retest", _("复采复检")
    PROBE = "probe", _("愿检尽检和抽检")


class ProbeWho(models.TextChoices):
    """Whom a line of a hospital's list is of: somebody of the register of workers, or anybody else."""

    WORKER = "worker", pgettext_lazy("one person", "职工")
    OTHER = "other", _("其他人员")


class ProbeKind(models.TextChoices):
    """Why somebody was swabbed by himself, outside the rounds (clause 三 (一): 愿检尽检和不定期检测)."""

    WILLING = "willing", _("愿检尽检")
    SPOT = "spot", _("不定期抽检")


class PoolMode(models.TextChoices):
    """How samples are pooled: swabs of several people in one tube, pooled in the laboratory, or not at all."""

    SWAB = "swab", _("多人一管")
    LAB = "lab", _("实验室混检")
    SINGLE = "single", _("单人单管")


class RoundState(models.TextChoices):
    """Where a round stands. ``closed`` and ``cancelled`` are final."""

    DRAFT = "draft", _("待编制")
    PLANNED = "planned", _("待采用")
    ADOPTED = "adopted", _("已通知")
    RUNNING = "running", _("采样中")
    CLOSED = "closed", _("已结束")
    CANCELLED = "cancelled", _("已取消")


#: From which state a round may go to which; the database holds the same table (models.guards).
ROUND_MOVES: dict[RoundState, frozenset[RoundState]] = {
    RoundState.DRAFT: frozenset({RoundState.PLANNED, RoundState.CANCELLED}),
    RoundState.PLANNED: frozenset({RoundState.DRAFT, RoundState.ADOPTED, RoundState.CANCELLED}),
    RoundState.ADOPTED: frozenset({RoundState.RUNNING, RoundState.CANCELLED}),
    RoundState.RUNNING: frozenset({RoundState.CLOSED}),
    RoundState.CLOSED: frozenset(),
    RoundState.CANCELLED: frozenset(),
}
OPEN_ROUNDS = (RoundState.DRAFT, RoundState.PLANNED, RoundState.ADOPTED, RoundState.RUNNING)
"""States in which somebody still has to do something."""


class PlanState(models.TextChoices):
    """How far a version of a plan has come."""

    QUEUED = "queued", _("排队中")
    COMPUTING = "computing", _("计算中")
    READY = "ready", _("可采用")
    FAILED = "failed", _("不可用")
    CANCELLED = "cancelled", pgettext_lazy("plan", "已取消")
    ADOPTED = "adopted", _("已采用")
    REPLACED = "replaced", _("已被替换")


#: From which state a version may go to which; the database holds the same table.
PLAN_MOVES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.QUEUED: frozenset({PlanState.COMPUTING, PlanState.FAILED, PlanState.CANCELLED}),
    PlanState.COMPUTING: frozenset(
        {PlanState.QUEUED, PlanState.READY, PlanState.FAILED, PlanState.CANCELLED}
    ),
    PlanState.READY: frozenset({PlanState.ADOPTED, PlanState.REPLACED}),
    PlanState.FAILED: frozenset(),
    PlanState.CANCELLED: frozenset(),
    PlanState.ADOPTED: frozenset({PlanState.REPLACED}),
    PlanState.REPLACED: frozenset(),
}


class Event(models.TextChoices):
    """What can happen to a plan in force; the values are those of engines.planning."""

    TEAM_OUT = "team_out", _("采样队退出，不再采样")
    TEAM_LATE = "team_late", _("采样队要晚到")
    SITE_CLOSED = "site_closed", _("企业封闭，不能进入")
    LAB_SLOWER = "lab_slower", _("实验室变慢")


class Patience(models.TextChoices):
    """How to plan again; the values are those of engines.planning."""

    LEAST_CHANGE = "least-change", _("改动最少")
    LEAST_DELAY = "least-delay", _("耽误最少")


WORKING = (PlanState.QUEUED, PlanState.COMPUTING)
"""States of a version that is not there yet."""


class MemberKind(models.TextChoices):
    """Where a member of a sampling team comes from."""

    OFFICIAL = "official", _("机关干部")
    MEDICAL = "medical", _("医务人员")
    VOLUNTEER = "volunteer", _("志愿者")


class MemberRole(models.TextChoices):
    """What a member does at the point of sampling."""

    SAMPLER = "sampler", _("采样")
    RECORDER = "recorder", _("登记")
    ORDER = "order", _("维持秩序")
    DRIVER = "driver", pgettext_lazy("sampling team", "司机")


class ExemptReason(models.TextChoices):
    """Why somebody is not due for a time."""

    RECENT_POSITIVE = "recent_positive", _("近期感染已康复")
    VACCINATED = "vaccinated_24h", _("接种疫苗未满 24 小时")
    HOME_MONITORED = "home_monitored", _("居家健康监测")
    LEAVE = "leave", _("请假不在岗")
    MEDICAL = "medical", _("因病不能采样")
    OTHER = "other", pgettext_lazy("exemption", "其他")


class TubeKind(models.TextChoices):
    """How many people a tube is for."""

    POOL = "pool", _("多人一管")
    SINGLE = "single", _("单人单管")


class TubeState(models.TextChoices):
    """Where a tube is. ``void`` and ``resulted`` are final."""

    COLLECTING = "collecting", _("采样中")
    SEALED = "sealed", _("已封管")
    BOXED = "boxed", _("已装箱")
    HANDED = "handed", _("已交接")
    RECEIVED = "received", _("实验室已接收")
    TESTED = "tested", _("已检测")
    RESULTED = "resulted", _("已出结果")
    VOID = "void", _("已作废")


#: From which state a tube may go to which; the database holds the same table (models.tubes). A phone that was long
#: without a network tells several steps at once, and a box may reach the laboratory before its phone's queue does.
TUBE_MOVES: dict[TubeState, frozenset[TubeState]] = {
    TubeState.COLLECTING: frozenset(
        {TubeState.SEALED, TubeState.BOXED, TubeState.HANDED, TubeState.RECEIVED, TubeState.VOID}
    ),
    TubeState.SEALED: frozenset({TubeState.BOXED, TubeState.HANDED, TubeState.RECEIVED, TubeState.VOID}),
    TubeState.BOXED: frozenset({TubeState.HANDED, TubeState.RECEIVED, TubeState.VOID}),
    TubeState.HANDED: frozenset({TubeState.RECEIVED, TubeState.VOID}),
    TubeState.RECEIVED: frozenset({TubeState.TESTED, TubeState.RESULTED, TubeState.VOID}),
    TubeState.TESTED: frozenset({TubeState.RESULTED}),
    TubeState.RESULTED: frozenset(),
    TubeState.VOID: frozenset(),
}
IN_FIELD = (TubeState.COLLECTING, TubeState.SEALED, TubeState.BOXED, TubeState.HANDED)
"""States that follow from what the phones say; after them the laboratory speaks."""


class BoxState(models.TextChoices):
    """Where a box of tubes is."""

    OPEN = "open", _("装箱中")
    SEALED = "sealed", _("已封箱")
    HANDED = "handed", _("已交接")
    RECEIVED = "received", _("实验室已接收")


#: From which state a box may go to which; the database holds the same table. Steps may be told all at once.
BOX_MOVES: dict[BoxState, frozenset[BoxState]] = {
    BoxState.OPEN: frozenset({BoxState.SEALED, BoxState.HANDED, BoxState.RECEIVED}),
    BoxState.SEALED: frozenset({BoxState.HANDED, BoxState.RECEIVED}),
    BoxState.HANDED: frozenset({BoxState.RECEIVED}),
    BoxState.RECEIVED: frozenset(),
}


class StepKind(models.TextChoices):
    """A step in the custody of a tube or a box."""

    SEAL = "seal", _("封管")
    VOID = "void", _("作废")
    PASS_ON = "pass_on", _("交给另一台手机")
    BOX = "box", _("装箱")
    BOX_SEAL = "box_seal", _("封箱")
    HANDOVER = "handover", _("交接")
    RECEIVE = "receive", _("接收")
    TEST = "test", _("检测")
    RESULT = "result", _("出结果")
    RELEASE = "release", _("解除暂扣")


class SampleFlag(models.IntegerChoices):
    """What is unusual with a sample, as powers of two that are added up."""

    OVER_CAPACITY = 1, _("超过每管人数，已写明原因")
    CLOCK_OFF = 2, _("手机时间不准")
    UNKNOWN_PERSON = 4, _("现场登记")


class SampleRefusal(models.IntegerChoices):
    """Why a sample that a phone sent does not count. It is kept, and the phone keeps it in its queue."""

    COUNTS = 0, _("有效")
    AFTER_SEAL = 1, _("封管之后才登记")
    OVER_CAPACITY = 2, _("超过每管人数，没有写原因")
    AFTER_RESULT = 3, _("结果已出才登记")


class ConflictKind(models.TextChoices):
    """What does not fit together; each is looked at by a person."""

    SECOND_TUBE = "second_tube", _("同一人在两管")
    TWICE_IN_TUBE = "twice_in_tube", _("同一人在一管登记两次")
    TWO_DEVICES = "two_devices", _("同一管在两台手机登记，没有交接")
    TWO_BOXES = "two_boxes", _("同一管装进两个箱")
    OVER_CAPACITY = "over_capacity", _("一管超过规定人数")


HOLDING = (ConflictKind.TWO_DEVICES, ConflictKind.TWO_BOXES, ConflictKind.OVER_CAPACITY)
"""Conflicts for which a tube is held at reception until somebody has settled them."""


class ConflictState(models.TextChoices):
    """Where a conflict stands: ``cleared`` by what came in later, ``settled`` by somebody's word."""

    OPEN = "open", _("待处理")
    CLEARED = "cleared", _("已自动消除")
    SETTLED = "settled", _("已处理")


class Verdict(models.TextChoices):
    """What a laboratory says of a tube."""

    NEGATIVE = "negative", _("阴性")
    POSITIVE = "positive", _("阳性")
    GREY = "grey", _("可疑")
    INVALID = "invalid", _("无效")


class ResultSource(models.TextChoices):
    """How a result came in."""

    XLSX = "xlsx", _("表格")
    CSV = "csv", _("CSV 文件")
    API = "api", _("实验室接口")
    FHIR = "fhir", _("FHIR 报告")
    MANUAL = "manual", _("手工录入")


class ResultFault(models.TextChoices):
    """Why a result was not applied."""

    UNKNOWN_TUBE = "unknown_tube", _("没有这个管码")
    NOT_RECEIVED = "not_received", _("实验室还没有接收这一管")
    HELD = "held", _("这一管暂扣，疑问还没有处理")
    VOID = "void", _("这一管已作废")
    OTHER_RESULT = "other_result", _("这一管已有不同的结果，更正要写原因")
    TWICE = "twice", _("同一管在同一批里有不同的结果")
    TIME = "time", _("检测时间早于首人采样或晚于现在")


class OwnWay(models.TextChoices):
    """How somebody showed that a result is his own."""

    CODE = "code", _("短信验证码")
    KEY = "key", _("本人查询码")


class OwnState(StrEnum):
    """What somebody is told of his own tests. A pool that is not negative says nothing of one person yet."""

    NONE = "none"
    PENDING = "pending"
    NEGATIVE = "negative"
    RETEST = "retest"
    POSITIVE = "positive"
    GREY = "grey"
    INVALID = "invalid"


FAULT_HINTS = {
    ResultFault.UNKNOWN_TUBE: _("请核对管码；采样手机还没有上传的，等上传后再录入。"),
    ResultFault.NOT_RECEIVED: _("请先在实验室接收这一管，再录入结果。"),
    ResultFault.HELD: _("请先处理这一管的采样疑问，再录入结果。"),
    ResultFault.VOID: _("作废的管不出结果；请核对管码，管内人员需要重新采样。"),
    ResultFault.OTHER_RESULT: _("确要更改的，写明更正原因后再录入。"),
    ResultFault.TWICE: _("请与实验室核实，只保留一个结果。"),
    ResultFault.TIME: _("请核对检测时间。"),
}
"""What to do about a result that was not applied."""


ALARMS = (Verdict.POSITIVE, Verdict.GREY)
"""Verdicts after which everybody in the tube is held."""


class PursuitState(models.TextChoices):
    """Whether the people of a positive or grey tube are still being followed. ``closed`` is final."""

    OPEN = "open", _("追阳中")
    CLOSED = "closed", pgettext_lazy("pursuit", "已结束")


PURSUIT_MOVES: dict[PursuitState, frozenset[PursuitState]] = {
    PursuitState.OPEN: frozenset({PursuitState.CLOSED}),
    PursuitState.CLOSED: frozenset(),
}


class HoldState(models.TextChoices):
    """What became of somebody held. ``released`` is final."""

    HELD = "held", _("管控中")
    RELEASED = "released", _("已解除")
    POSITIVE = "positive", _("单检阳性")


#: From which state a hold may go to which; the database holds the same table (models.following). A positive goes back
#: only because the result of his own tube was corrected.
HOLD_MOVES: dict[HoldState, frozenset[HoldState]] = {
    HoldState.HELD: frozenset({HoldState.RELEASED, HoldState.POSITIVE}),
    HoldState.POSITIVE: frozenset({HoldState.HELD}),
    HoldState.RELEASED: frozenset(),
}


class ProposalState(models.TextChoices):
    """What a person decided about a proposal to switch. All but ``open`` are final."""

    OPEN = "open", _("待决定")
    ACCEPTED = "accepted", _("已采纳")
    DECLINED = "declined", _("未采纳")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "已撤回")


PROPOSAL_MOVES: dict[ProposalState, frozenset[ProposalState]] = {
    ProposalState.OPEN: frozenset({ProposalState.ACCEPTED, ProposalState.DECLINED, ProposalState.WITHDRAWN}),
    ProposalState.ACCEPTED: frozenset(),
    ProposalState.DECLINED: frozenset(),
    ProposalState.WITHDRAWN: frozenset(),
}
