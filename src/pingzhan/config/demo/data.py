"""The invented zone that a first start shows: names, sizes and positions, none of them real."""

from __future__ import annotations

from dataclasses import dataclass

ZONE_CODE = "MH"
ZONE_NAME = "明湖经济开发区"

AREAS: tuple[tuple[str, str], ...] = (
    ("A1", "东片区"),
    ("A2", "西片区"),
    ("A3", "南片区"),
    ("A4", "物流片区"),
)


@dataclass(frozen=True)
class DemoEnterprise:
    """One invented enterprise: ``area`` is an area code, ``headcount`` persons. The rest is made (firms.py)."""

    code: str
    name: str
    area: str
    headcount: int


ENTERPRISES: tuple[DemoEnterprise, ...] = (
    DemoEnterprise("E01", "明湖轻合金有限公司", "A1", 1260),
    DemoEnterprise("E02", "远航纺织有限公司", "A1", 860),
    DemoEnterprise("E03", "青禾食品有限公司", "A1", 540),
    DemoEnterprise("E04", "启明电子有限公司", "A1", 1480),
    DemoEnterprise("E05", "石桥机械有限公司", "A1", 390),
    DemoEnterprise("E06", "云栖包装有限公司", "A2", 275),
    DemoEnterprise("E07", "北辰化工有限公司", "A2", 620),
    DemoEnterprise("E08", "鸿雁家具有限公司", "A2", 310),
    DemoEnterprise("E09", "安澜水务有限公司", "A2", 95),
    DemoEnterprise("E10", "长风汽车部件有限公司", "A2", 1120),
    DemoEnterprise("E11", "晨曦制药有限公司", "A3", 730),
    DemoEnterprise("E12", "海棠服饰有限公司", "A3", 980),
    DemoEnterprise("E13", "金穗粮油有限公司", "A3", 420),
    DemoEnterprise("E14", "翠屏玻璃有限公司", "A3", 560),
    DemoEnterprise("E15", "星河光电有限公司", "A3", 840),
    DemoEnterprise("E16", "迅达冷链物流有限公司", "A4", 360),
    DemoEnterprise("E17", "通衢货运有限公司", "A4", 450),
    DemoEnterprise("E18", "百川快递分拨有限公司", "A4", 690),
)

SCOPES: tuple[tuple[str, str], ...] = (("E01", "W1"), ("E02", "C1"), ("E16", "L1"))
"""Sites that orders can be given for alone: enterprise code and site code."""

UNPOSTED: tuple[tuple[str, str], ...] = (
    ("璐清扬", "经贸发展局科员"),
    ("谯南星", "投资促进局科员"),
    ("危知秋", "综合办公室科员"),
    ("幸安平", "财政分局科员"),
    ("匡一苇", "经贸发展局科员"),
    ("卞长歌", "应急管理分局科员"),
)
"""Officials whom the notice gives no post: the switch must still find each of them a task."""


SUBSTITUTES: tuple[tuple[str, str, str], ...] = (
    ("coordination", "隗明远", "党政办公室副主任"),
    ("verification", "郁书恒", "市场监督管理分局副局长"),
    ("testing", "禚清源", "卫生健康办公室副主任"),
    ("inspection", "濮阳晴", "纪检监察工作委员会副书记"),
    ("medical", "檀知言", "社会事务局副局长"),
    ("response", "冼雨声", "应急管理分局副局长"),
)
"""The B post of each group's head (AB岗): nobody else's chair is emptied when one of them steps in."""


@dataclass(frozen=True)
class Persona:
    """A demo sign-in: ``person`` is a name in the notice or None, ``role`` a stable role key.

    ``unit`` is the code of the unit the role is held for, the zone when it is empty. The company's
    persona is the contact of its enterprise.
    """

    username: str
    name: str
    role: str
    person: str | None
    intro: str
    unit: str = ""


PERSONAS: tuple[Persona, ...] = (
    Persona("duty", "麻思齐", "duty_officer", "麻思齐", "值班长：看值班台，下令转换，登记电话确认"),
    Persona("leader", "申屠远", "leader", "申屠远", "领导小组组长：看全局，确认指挥"),
    Persona("organiser", "郗若楠", "organiser", "郗若楠", "组织编制员：导入通知、处理疑点、发布编制"),
    Persona("official", "苌志远", "official", "苌志远", "机关干部：我的岗位、我的任务、两下确认"),
    Persona("supervisor", "闻人静", "official", "闻人静", "督导检查组组长：本组岗位和任务"),
    Persona("auditor", "寿景行", "auditor", "寿景行", "审计员：查留痕，验链条"),
    Persona("clerk", "卞长歌", "clerk", "卞长歌", "综合文秘：拟写和编发公文，发送通知"),
    Persona("company", "企业联系人", "company", None, "企业联系人：本企业的档案、花名册和任务", unit="E01"),
    Persona("guard", "门岗值守", "gate_guard", None, "门岗：来访、车辆进出登记", unit="E01"),
    Persona("privacy", "匡一苇", "privacy_officer", "匡一苇", "个人信息保护负责人：保存期限、销毁"),
    Persona("security", "安全管理员", "security_admin", None, "安全管理员：授予和收回角色"),
    Persona("admin", "系统管理员", "system_admin", None, "系统管理员：管账号，不办业务"),
)


_SURNAMES = "贝冉荆岑盛鄢莘晁祁雍濮沃雒扈稽暴"
_GIVEN = ("立群", "若谷", "明远", "清和", "以宁", "知行", "望舒", "嘉树", "维桢", "允恭", "德音", "思淼")


def company_name(n: int) -> str:
    """Return the n'th invented name of an enterprise's own people; the first 192 are all different."""
    return _SURNAMES[n % len(_SURNAMES)] + _GIVEN[(n * 5 + n // len(_SURNAMES)) % len(_GIVEN)]
