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
    """One invented enterprise: ``area`` is an area code, ``headcount`` persons, sites by name."""

    code: str
    name: str
    area: str
    headcount: int
    sites: tuple[str, ...]


ENTERPRISES: tuple[DemoEnterprise, ...] = (
    DemoEnterprise("E01", "明湖轻合金有限公司", "A1", 1260, ("一号车间", "职工食堂", "职工宿舍")),
    DemoEnterprise("E02", "远航纺织有限公司", "A1", 860, ("织造车间", "职工食堂")),
    DemoEnterprise("E03", "青禾食品有限公司", "A1", 540, ("加工车间", "冷库")),
    DemoEnterprise("E04", "启明电子有限公司", "A1", 1480, ("贴片车间", "职工宿舍")),
    DemoEnterprise("E05", "石桥机械有限公司", "A1", 390, ("装配车间",)),
    DemoEnterprise("E06", "云栖包装有限公司", "A2", 275, ("印刷车间",)),
    DemoEnterprise("E07", "北辰化工有限公司", "A2", 620, ("合成装置", "中控室")),
    DemoEnterprise("E08", "鸿雁家具有限公司", "A2", 310, ("木工车间",)),
    DemoEnterprise("E09", "安澜水务有限公司", "A2", 95, ("净水厂",)),
    DemoEnterprise("E10", "长风汽车部件有限公司", "A2", 1120, ("冲压车间", "职工食堂")),
    DemoEnterprise("E11", "晨曦制药有限公司", "A3", 730, ("制剂车间", "检验室")),
    DemoEnterprise("E12", "海棠服饰有限公司", "A3", 980, ("缝制车间", "职工宿舍")),
    DemoEnterprise("E13", "金穗粮油有限公司", "A3", 420, ("压榨车间",)),
    DemoEnterprise("E14", "翠屏玻璃有限公司", "A3", 560, ("熔窑车间",)),
    DemoEnterprise("E15", "星河光电有限公司", "A3", 840, ("洁净车间",)),
    DemoEnterprise("E16", "迅达冷链物流有限公司", "A4", 360, ("冷链仓库", "装卸货场")),
    DemoEnterprise("E17", "通衢货运有限公司", "A4", 450, ("货运站场",)),
    DemoEnterprise("E18", "百川快递分拨有限公司", "A4", 690, ("分拨中心",)),
)

UNPOSTED: tuple[tuple[str, str], ...] = (
    ("璐清扬", "经贸发展局科员"),
    ("谯南星", "投资促进局科员"),
    ("危知秋", "综合办公室科员"),
    ("幸安平", "财政分局科员"),
    ("匡一苇", "经贸发展局科员"),
    ("卞长歌", "应急管理分局科员"),
)
"""Officials whom the notice gives no post: the switch must still find each of them a task."""


@dataclass(frozen=True)
class Persona:
    """A demo sign-in: ``person`` is a name in the notice or None, ``role`` a stable role key."""

    username: str
    name: str
    role: str
    person: str | None
    intro: str


PERSONAS: tuple[Persona, ...] = (
    Persona("duty", "麻思齐", "duty_officer", "麻思齐", "值班长：看值班台，下令转换，登记电话确认"),
    Persona("leader", "申屠远", "leader", "申屠远", "领导小组组长：看全局，确认指挥"),
    Persona("organiser", "郗若楠", "organiser", "郗若楠", "组织编制员：导入通知、处理疑点、发布编制"),
    Persona("official", "苌志远", "official", "苌志远", "机关干部：我的岗位、我的任务、两下确认"),
    Persona("supervisor", "闻人静", "official", "闻人静", "督导检查组组长：本组岗位和任务"),
    Persona("auditor", "寿景行", "auditor", "寿景行", "审计员：查留痕，验链条"),
    Persona("security", "安全管理员", "security_admin", None, "安全管理员：授予和收回角色"),
    Persona("admin", "系统管理员", "system_admin", None, "系统管理员：管账号，不办业务"),
)


def area_outline(index: int) -> list[list[float]]:
    """Return the ring of an area in local metres, origin at the south-west corner of the zone."""
    x, y = (index % 2) * 1300.0, (index // 2) * 900.0
    return [[x, y], [x + 1240.0, y], [x + 1240.0, y + 840.0], [x, y + 840.0], [x, y]]


def plot_outline(area_index: int, plot: int) -> list[list[float]]:
    """Return the ring of the plot'th enterprise of an area, in local metres (three plots a row)."""
    x0, y0 = (area_index % 2) * 1300.0 + 40.0, (area_index // 2) * 900.0 + 40.0
    x, y = x0 + (plot % 3) * 395.0, y0 + (plot // 3) * 390.0
    return [[x, y], [x + 360.0, y], [x + 360.0, y + 350.0], [x, y + 350.0], [x, y]]


_SURNAMES = "贝冉荆岑盛鄢莘晁祁雍濮沃雒扈稽暴"
_GIVEN = ("立群", "若谷", "明远", "清和", "以宁", "知行", "望舒", "嘉树", "维桢", "允恭", "德音", "思淼")


def company_name(n: int) -> str:
    """Return the n'th invented name of an enterprise's own people; the first 192 are all different."""
    return _SURNAMES[n % len(_SURNAMES)] + _GIVEN[(n * 5 + n // len(_SURNAMES)) % len(_GIVEN)]
