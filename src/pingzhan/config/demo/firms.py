"""The enterprises of a demo zone: any number of them, lifelike in size and kind, the same for the same seed.

All names, codes and addresses are invented; the credit codes carry a region that does not exist (371699).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from random import Random

from pingzhan.config.demo import data
from pingzhan.domain.territory import api as territory
from pingzhan.domain.territory.enums import RiskClass, SiteKind
from pingzhan.kernel.creditcode import check_character

_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BEDS = 6
"""Beds of a room: 国发明电〔2020〕4号 allows six persons in one room."""
_TEAM = 24
"""Workers of a team, as a foreman can know them."""


@dataclass(frozen=True)
class Trade:
    """A kind of business: GB/T 4754 division, words of the name, names of workshops, weight of its size."""

    division: str
    word: str
    workshops: tuple[str, ...]
    weight: float
    cold_chain: bool = False
    imported: bool = False
    night: bool = False


TRADES: tuple[Trade, ...] = (
    Trade("32", "轻合金", ("熔铸车间", "挤压车间", "精整车间"), 1.6, imported=True, night=True),
    Trade("17", "纺织", ("纺纱车间", "织造车间", "整理车间"), 1.3, night=True),
    Trade("14", "食品", ("加工车间", "包装车间"), 0.8, cold_chain=True, imported=True),
    Trade("39", "电子", ("贴片车间", "组装车间", "测试车间"), 1.7, imported=True, night=True),
    Trade("34", "机械", ("机加工车间", "装配车间"), 0.6),
    Trade("22", "包装", ("印刷车间", "制盒车间"), 0.5),
    Trade("26", "化工", ("合成车间", "精制车间"), 0.9, night=True),
    Trade("21", "家具", ("木工车间", "涂装车间"), 0.5),
    Trade("36", "汽车部件", ("冲压车间", "焊接车间", "装配车间"), 1.4, imported=True, night=True),
    Trade("27", "制药", ("制剂车间", "提取车间"), 0.9, night=True),
    Trade("18", "服饰", ("裁剪车间", "缝制车间"), 1.2),
    Trade("13", "粮油", ("压榨车间", "灌装车间"), 0.6, imported=True),
    Trade("30", "玻璃", ("熔窑车间", "深加工车间"), 0.8, night=True),
    Trade("38", "电气", ("绕线车间", "总装车间"), 0.9),
    Trade("29", "橡塑", ("炼胶车间", "注塑车间"), 0.7, night=True),
    Trade("33", "金属制品", ("下料车间", "焊接车间"), 0.5),
    Trade("59", "冷链物流", ("分拣区", "装卸区"), 0.4, cold_chain=True, imported=True, night=True),
    Trade("60", "快递分拨", ("分拨区", "装车区"), 0.9, night=True),
    Trade("54", "货运", ("站场", "维修车间"), 0.5, night=True),
)
#: Trade of each of the enterprises of the small zone (data.ENTERPRISES), by the words of its name.
_NAMED = {
    "E09": Trade("46", "水务", ("净水车间",), 0.2, night=True),
    "E15": Trade("39", "光电", ("洁净车间", "测试车间"), 1.0, night=True),
}

_FIRST = "明远鸿启金海安北长晨翠星瑞恒嘉泰隆盛华宏广汇众信德润和顺源丰"
_SECOND = "航雁禾桥栖辰澜风曦棠穗屏河川衢达湖峰岭原野洲谷泉林溪松柏桐枫"
_STREETS = ("学海路", "望湖街", "新业大道", "兴工一路", "兴工二路", "兴工三路", "滨河路", "站前街")


def demo_firms(*, enterprises: int, workers: int, seed: int) -> list[territory.FirmSpec]:
    """Return the enterprises of a zone of any size.

    The first ones are those of the small zone (data.ENTERPRISES). Headcounts are skewed as in real zones (a
    few large works, many small ones) and add up to ``workers`` exactly, 20 at least for each.
    """
    rng = Random(seed)
    named = data.ENTERPRISES[:enterprises]
    used = {firm.name for firm in named}
    picks: list[tuple[str, str, str, Trade]] = [
        (firm.code, firm.name, firm.area, _NAMED.get(firm.code) or _trade_of(firm.name)) for firm in named
    ]
    areas = [code for code, _name in data.AREAS]
    while len(picks) < enterprises:
        trade = rng.choice(TRADES)
        name = f"{rng.choice(_FIRST)}{rng.choice(_SECOND)}{trade.word}有限公司"
        if name not in used:
            used.add(name)
            picks.append((f"E{len(picks) + 1:02d}", name, areas[len(picks) % len(areas)], trade))
    sizes = _sizes([trade.weight for *_rest, trade in picks], workers, rng)
    return [
        _firm(pick, size, Random(seed * 100_003 + n))
        for n, (pick, size) in enumerate(zip(picks, sizes, strict=True))
    ]


def small_zone_firms() -> list[territory.FirmSpec]:
    """Return the enterprises of a first start, with the headcounts of data.ENTERPRISES."""
    firms = []
    for n, one in enumerate(data.ENTERPRISES):
        trade = _NAMED.get(one.code) or _trade_of(one.name)
        firms.append(_firm((one.code, one.name, one.area, trade), one.headcount, Random(7 * 100_003 + n)))
    return firms


def _trade_of(name: str) -> Trade:
    return next((trade for trade in TRADES if trade.word in name), TRADES[4])


def _sizes(weights: Sequence[float], workers: int, rng: Random) -> list[int]:
    raw = [weight * rng.lognormvariate(0, 0.7) for weight in weights]
    least = min(20, workers // max(1, len(raw)))
    spare = workers - least * len(raw)
    total = sum(raw)
    sizes = [least + int(spare * share / total) for share in raw]
    for n in range(workers - sum(sizes)):
        sizes[n % len(sizes)] += 1
    return sizes


def credit_code(rng: Random) -> str:
    """Return a well-formed credit code of no real body."""
    body = "91371699" + "".join(rng.choice(_SYMBOLS) for _ in range(9))
    return body + check_character(body)


def _firm(pick: tuple[str, str, str, Trade], headcount: int, rng: Random) -> territory.FirmSpec:
    code, name, area, trade = pick
    imported = trade.imported and rng.random() < 0.6
    sites = _sites(trade, headcount, rng)
    kinds = {site.kind for site in sites}
    risk = RiskClass.LOW
    if trade.cold_chain or (headcount > 1500 and SiteKind.DORMITORY in kinds):
        risk = RiskClass.HIGH
    elif imported or headcount > 600:
        risk = RiskClass.MEDIUM
    shifts = _shifts(trade, headcount)
    return territory.FirmSpec(
        area=area,
        code=code,
        data=territory.EnterpriseData(
            name=name,
            credit_code=credit_code(rng),
            industry=trade.division,
            short_name=name.removesuffix("有限公司"),
            legal_form=rng.choice(("limited", "limited", "limited", "joint_stock", "foreign")),
            address=f"{rng.choice(_STREETS)} {rng.randint(1, 399)} 号",
            plot=f"{area}-{code}",
            headcount=headcount,
            cold_chain=trade.cold_chain,
            imported_goods=imported,
            canteen=SiteKind.CANTEEN in kinds,
            dormitory=SiteKind.DORMITORY in kinds,
        ),
        risk=risk,
        sites=sites,
        shifts=shifts,
        teams=_teams(trade, sites, shifts, headcount),
    )


def _sites(trade: Trade, headcount: int, rng: Random) -> list[territory.SiteSpec]:
    spec = territory.SiteSpec
    sites = [spec(SiteKind.GATE, "G1", "主门岗")]
    if headcount > 300:
        sites.append(spec(SiteKind.GATE, "G2", "货运门岗"))
    halls = max(1, min(8, round(headcount / 250)))
    for n in range(halls):
        label = trade.workshops[n % len(trade.workshops)]
        again = n // len(trade.workshops)
        sites.append(spec(SiteKind.WORKSHOP, f"W{n + 1}", f"{label}{again + 1}" if again else label))
    sites.append(spec(SiteKind.WAREHOUSE, "K1", "仓库"))
    if headcount >= 80:
        sites.append(spec(SiteKind.CANTEEN, "C1", "职工食堂", capacity=max(40, headcount // 3)))
    if trade.cold_chain:
        sites.append(spec(SiteKind.COLD_STORE, "L1", "冷库"))
    sites.append(spec(SiteKind.ISOLATION, "I1", "临时隔离室", capacity=2 + headcount // 500))
    if headcount >= 150 and rng.random() < 0.8:
        sites += _dormitories(math.ceil(headcount * 0.4 / _BEDS))
    return sites


def _dormitories(rooms: int) -> list[territory.SiteSpec]:
    sites: list[territory.SiteSpec] = []
    for building in range(1, math.ceil(rooms / 120) + 1):
        sites.append(territory.SiteSpec(SiteKind.DORMITORY, f"D{building}", f"{building} 号宿舍楼"))
        here = min(120, rooms - (building - 1) * 120)
        for n in range(here):
            code = f"D{building}-{n // 20 + 1}{n % 20 + 1:02d}"
            sites.append(territory.SiteSpec(SiteKind.ROOM, code, code, f"D{building}", _BEDS))
    return sites


def _shifts(trade: Trade, headcount: int) -> list[territory.ShiftSpec]:
    spec = territory.ShiftSpec
    if not trade.night or headcount < 60:
        return [spec("白班", time(8), time(17), headcount)]
    third = headcount // 4
    return [
        spec("常白班", time(8), time(17), headcount - 3 * third),
        spec("早班", time(7), time(15), third),
        spec("中班", time(15), time(23), third),
        spec("夜班", time(23), time(7), third),
    ]


def _teams(
    trade: Trade,
    sites: Sequence[territory.SiteSpec],
    shifts: Sequence[territory.ShiftSpec],
    headcount: int,
) -> list[territory.TeamSpec]:
    halls = [site for site in sites if site.kind == SiteKind.WORKSHOP]
    count = max(1, round(headcount / _TEAM))
    return [
        territory.TeamSpec(f"{n + 1:02d} 班组", halls[n % len(halls)].code, shifts[n % len(shifts)].name)
        for n in range(count)
    ]
