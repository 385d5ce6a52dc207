"""Choices of the returnees module; the values are those of the rules (judging.facts) where they have one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RegionLevel(models.TextChoices):
    """How a region stands on the list of key regions, from the least to the gravest."""

    LOW = "low", _("低风险区")
    MEDIUM = "medium", _("中风险区")
    CONTROL = "control", _("管控区")
    KEY = "key", _("重点疫区")
    HIGH = "high", _("高风险区")
    SEALED = "sealed", _("封控区")


class ContactKind(models.TextChoices):
    """Whom he met in the look-back period."""

    PERSON = "person", _("接触过重点疫区人员")
    SECONDARY = "secondary", _("密接的密接")
    CLOSE = "close", _("密接人员")


class IsolationPlace(models.TextChoices):
    """Where somebody is isolated."""

    CENTRAL = "central", _("集中隔离")
    HOME = "home", _("居家隔离")


class SymptomKind(models.TextChoices):
    """What he feels."""

    FEVER = "fever", _("发热")
    COUGH = "cough", _("咳嗽")
    THROAT = "throat", _("咽痛")
    FATIGUE = "fatigue", _("乏力")
    SMELL = "smell", _("嗅觉或味觉减退")
    VOMITING = "vomiting", _("呕吐")
    DIARRHOEA = "diarrhoea", _("腹泻")
    RASH = "rash", _("皮疹")
    JOINTS = "joints", _("关节痛")


class TestResult(models.TextChoices):
    """What a test said."""

    NEGATIVE = "negative", _("阴性")
    POSITIVE = "positive", _("阳性")


class TestMethod(models.TextChoices):
    """How it was tested."""

    NUCLEIC = "nucleic", _("核酸")
    ANTIGEN = "antigen", _("抗原")


class Travel(models.TextChoices):
    """How he comes back."""

    TRAIN = "train", _("火车、高铁")
    PLANE = "plane", _("飞机")
    COACH = "coach", _("长途客车")
    CAR = "car", _("自驾")
    OTHER = "other", _("其他")


class Outcome(models.TextChoices):
    """What was decided, from the mildest to the strictest."""

    ADMIT = "admit", _("可以返岗")
    HOLD = "hold", _("暂缓上岗")
    ISOLATE = "isolate", _("隔离")


class State(models.TextChoices):
    """Where a return stands."""

    INVITED = "invited", _("待本人填报")
    DECIDED = "decided", _("已判定")
    OBSERVED = "observed", _("观察中")
    CLEARED = "cleared", _("复核通过")
    ON_POST = "on_post", _("已上岗")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (State.INVITED, State.DECIDED, State.OBSERVED, State.CLEARED)
"""States in which a return is still under way."""


class Declarer(models.TextChoices):
    """Who declared the facts."""

    CONTACT = "contact", _("企业联系人代填")
    WORKER = "worker", _("职工本人填报")
    IMPORT = "import", _("表格导入")


class DecidedBy(models.TextChoices):
    """What made a decision."""

    RULE = "rule", _("按规则判定")
    LIST = "list", _("重点地区名单变化后重新判定")
    MEASURES = "measures", _("防控措施变化后重新判定")
    SWITCH = "switch", _("平战转换后重新判定")
    KEPT = "kept", _("规则放宽，原判定保留，待人工复核")
    RECHECK = "recheck", _("返岗当天复核")
    OVERRIDE = "override", _("人工改判")
