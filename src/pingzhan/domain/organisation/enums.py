"""Choices of the organisation module, and the stable codes others refer to."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonKind(models.TextChoices):
    """Whose person it is."""

    OFFICIAL = "official", _("机关干部")
    COMPANY = "company", _("企业人员")
    OTHER = "other", _("其他人员")


class Channel(models.TextChoices):
    """Ways to reach a person."""

    PHONE = "phone", _("电话")
    SMS = "sms", _("短信")
    EMAIL = "email", _("电子邮件")
    WECOM = "wecom", _("企业微信")
    IN_APP = "in_app", _("系统内")


class AbsenceKind(models.TextChoices):
    """Why a person is away."""

    LEAVE = "leave", _("休假")
    TRAVEL = "travel", _("出差")
    ILL = "ill", _("病假")
    QUARANTINE = "quarantine", _("隔离")


#: Absences somebody decides on, so that they can be put off; the others happen.
PLANNED_ABSENCES: frozenset[str] = frozenset({AbsenceKind.LEAVE, AbsenceKind.TRAVEL})


class ResponsibilityKind(models.TextChoices):
    """帮包责任制: what a person answers for."""

    ENTERPRISE = "enterprise", _("包企")
    PROJECT = "project", _("包项目")


class VersionStatus(models.TextChoices):
    """Life of a structure version; only a draft may be changed."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("现行")
    RETIRED = "retired", _("已停用")


class GroupKind(models.TextChoices):
    """The leading group, or one of the groups below it."""

    LEADING = "leading", _("领导小组")
    WORK = "work", _("工作组")


class PostPosture(models.TextChoices):
    """In which posture a post is wanted. What the two are called on screen is a matter of the pages."""

    ROUTINE = "routine", _("仅平时")
    EMERGENCY = "emergency", _("仅战时")
    BOTH = "both", _("平时和战时")


class PostRole(models.TextChoices):
    """What a post is within its group; the last four belong to an enterprise."""

    HEAD = "head", _("组长")
    DEPUTY = "deputy", _("副组长")
    MEMBER = "member", _("成员")
    LIAISON = "liaison", _("联络员")
    OTHER = "other", _("其他")
    FIRM_LEAD = "firm_lead", _("企业疫情防控负责人")
    FIRM_CONTACT = "firm_contact", _("企业专职联系人")
    FIRM_TEAM = "firm_team", _("企业应急队长")
    FIRM_OFFICER = "firm_officer", _("包企责任人")


class Severity(models.TextChoices):
    """How grave a finding is: a critical one blocks publishing until it is answered or waived by name."""

    CRITICAL = "critical", _("严重")
    MAJOR = "major", _("一般")
    INFO = "info", _("提示")


class FindingSource(models.TextChoices):
    """Whether a finding was read in the text or computed from the draft."""

    DOCUMENT = "document", _("文件核对")
    STRUCTURE = "structure", _("结构检查")


class FindingState(models.TextChoices):
    """Life of a finding."""

    OPEN = "open", _("待处理")
    ANSWERED = "answered", _("已答复")
    WAIVED = "waived", _("已豁免")
    GONE = "gone", _("已消除")


class FindingKind(models.TextChoices):
    """command.md sections 3 (read in the document) and 12 (computed from the structure)."""

    SAME_NAME = "same_name_unresolved", _("同名未核实")
    SIMILAR_NAME = "similar_name", _("姓名相近")
    SEVERAL_POSTS = "several_posts", _("一人多岗")
    TWO_HEADS = "two_heads", _("一组两名组长")
    CLASS_UNRESOLVED = "class_unresolved", _("人员类别未明确到人")
    PERSON_WITHOUT_POST = "person_without_post", _("有人无岗")
    GROUP_NAME_DIFFERS = "group_name_differs", _("工作组名称前后不一")
    NO_SUBSTITUTE = "no_substitute", _("未指定替补")
    NO_LEVEL_NO_TIME = "no_level_no_time", _("未写响应等级和时限")
    ONE_LIST_ONLY = "one_list_only", _("平时战时只有一份名单")
    BODY_UNDEFINED = "body_undefined", _("机构未在名单中设立")
    POST_EMPTY = "post_empty", _("岗位无人")
    CRITICAL_WITHOUT_SUBSTITUTE = "critical_without_substitute", _("关键岗位无替补")
    TWO_CRITICAL = "two_critical", _("一人兼两个关键岗位")
    HEAD_AND_MEMBER = "head_and_member_conflict", _("同组兼任组长和成员")
    SEGREGATION = "segregation", _("互斥岗位同一人")
    NO_CONTACT = "no_verified_contact", _("没有联系方式")
    POST_CODE_DANGLING = "post_code_dangling", _("引用了不存在的岗位")
    SPAN_OVER_7 = "span_over_7", _("直接下级超过七个")
    SEATS_OVER_MAX = "seats_over_max", _("席位超出上限")
    NAME_CHOICE = "name_choice", _("同名人员待选定")


#: Group codes that duty templates refer to. First hit wins; any other group gets 'g1', 'g2', ...
GROUP_CODES: tuple[tuple[str, str], ...] = (
    ("领导小组", "leading"),
    ("综合协调", "coordination"),
    ("监督核查", "verification"),
    ("现场核查", "verification"),
    ("核酸检测", "testing"),
    ("督导检查", "inspection"),
    ("医疗保障", "medical"),
    ("应急处置", "response"),
)

#: The group that holds the posts of all enterprises (annex 2 items 1 and 9).
ENTERPRISE_GROUP = "enterprise"

#: person_query values a holding may carry.
QUERY_ENTERPRISE = "responsible:enterprise"
QUERY_PROJECT = "responsible:project"
PERSON_QUERIES: frozenset[str] = frozenset({QUERY_ENTERPRISE, QUERY_PROJECT})

#: Seat limit of a post filled by a rule whose number of persons is known only at the switch.
CLASS_MAX_SEATS = 999
