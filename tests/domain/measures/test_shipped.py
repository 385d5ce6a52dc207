"""The sets that ship: readable, complete, equal after writing and reading, every sentence of the notice covered."""

from __future__ import annotations

import re

import pytest

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.content import SetContent
from pingzhan.domain.measures.enums import ITEMS, OWN_DECIDERS, PHASES, Evidence, Party
from pingzhan.domain.measures.queries.diff import cadence_by_phase
from tests.domain.measures.conftest import COVID, put
from tests.factories import SmallZone

#: Each sentence of annex 2, of sections 3 and 4 and of annex 3 that demands something, and its measures.
SENTENCES: dict[str, tuple[str, ...]] = {
    "附件2（一）主要负责人负总责，职责到岗，任务到人": ("plan.responsibility",),
    "附件2（一）一企一策制定防控方案": ("plan.prevention",),
    "附件2（一）应急处置预案": ("plan.emergency",),
    "附件2（一）所有人员按要求完成核酸检测": ("test.everyone",),
    "附件2（二）返岗前收集信息，建立健康台账": ("returnees.register",),
    "附件2（二）返岗前 14 天接触、旅行经历和健康状况": ("returnees.history",),
    "附件2（二）密接、中高风险地区、封控区人员暂缓上岗": ("returnees.hold",),
    "附件2（二）重点疫区人员隔离期满，体温、核酸正常方可上岗": ("returnees.clearance",),
    "附件2（三）出入口设置体温监测点": ("health.checkpoint",),
    "附件2（三）建立健康监测制度": ("health.system",),
    "附件2（三）每日两次体温检测": ("health.temperature",),
    "附件2（三）封闭管理，禁止无关人员出入": ("premises.closed",),
    "附件2（三）外来入厂实名登记、测温、验码": ("visitors.register",),
    "附件2（三）减少会议，控制规模，减少聚集": ("meetings.fewer",),
    "附件2（三）网上办公、视频会议": ("meetings.online",),
    "附件2（三）卫生习惯，佩戴口罩": ("health.masks",),
    "附件2（三）有症状停止工作": ("health.stop-work",),
    "附件2（三）及时向企业报告": ("health.symptoms",),
    "附件2（三）到发热门诊就诊": ("health.fever-clinic",),
    "附件2（三）排除疫情且症状消失后返岗": ("health.return",),
    "附件2（四）定期全面消杀": ("disinfect.full",),
    "附件2（四）上班前和下班后消杀": ("disinfect.shift",),
    "附件2（四）重点区域多次消杀": ("disinfect.key-areas",),
    "附件2（四）通风换气": ("ventilate",),
    "附件2（五）食堂卫生清洁": ("canteen.hygiene",),
    "附件2（五）严格原料采购": ("canteen.purchase",),
    "附件2（五）餐具消毒保管": ("canteen.tableware",),
    "附件2（五）分批错时、分餐打包，避免集中就餐": ("canteen.sittings",),
    "附件2（五）洗手液、肥皂及流动水": ("canteen.handwash",),
    "附件2（六）进出口设置检查岗": ("gate.post",),
    "附件2（六）司机及押运人员不下车": ("gate.driver",),
    "附件2（六）单独通道并全面消毒": ("gate.lane",),
    "附件2（六）指定区域接洽": ("gate.area",),
    "附件2（六）货场与生产区物理隔离": ("gate.separation",),
    "附件2（六）进口货物静置期": ("goods.standing",),
    "附件2（六）严格消杀后方可入厂": ("goods.disinfection",),
    "附件2（七）按特点和规模储备物资": ("supplies.stock",),
    "附件2（七）专人定期整理": ("supplies.sorting",),
    "附件2（七）不足、过期及时补充": ("supplies.replenish",),
    "附件2（八）多种形式普及健康知识": ("training.publicity",),
    "附件2（八）告知每一名职工": ("training.everyone",),
    "附件2（九）领导带班，24 小时值班值守": ("duty.roster",),
    "附件2（九）应对机制，专门应急队伍": ("team.emergency", "plan.emergency"),
    "附件2（九）疑似病例、无症状感染者立即报告": ("incident.report",),
    "附件2（九）人员隔离、转移": ("incident.isolate",),
    "附件2（九）专职联系人传达落实": ("contact.person",),
    "附件2（九）报送重点监控人员": ("report.key-people",),
    "附件2（九）报送生产经营情况": ("report.production",),
    "附件2（十）调整生产计划，开拓市场，压减库存，加快周转，扩大产能": ("production.plan",),
    "附件2（十）精准服务，响应诉求，解决困难": ("economy.demands",),
    "附件2（十）兑现政策，保产业链供应链": ("economy.policies",),
    "三（一）四个源头": ("zone.sources", "returnees.register", "visitors.register", "goods.standing"),
    "三（一）三个探头": ("zone.probes", "test.key-groups"),
    "三（二）四方责任，管行业必须管防控": ("zone.four-parties",),
    "三（三）统筹发展": ("economy.demands", "economy.policies", "zone.assess"),
    "四（一）研判形势、发现问题、制定对策": ("zone.assess",),
    "四（二）工作组实体运行": ("zone.groups",),
    "四（三）工作组推动职责落实": ("zone.groups",),
    "四（四）帮包责任，下沉一线": ("officials.visit",),
    "四（四）疫情发生立即平战转换": ("report.daily",),
    "附件3 每轮检测计划，全区同步": ("zone.test-plan",),
    "附件3（二）每周两次": ("test.everyone",),
    "附件3（二）重点地区、重点人群按频次": ("test.key-groups",),
    "附件3四 联合督导，通报，问责": ("inspect.joint", "officials.visit"),
}

EVERY = pytest.mark.parametrize("key", measures.shipped_keys())


def covid() -> SetContent:
    return measures.shipped(COVID)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_of_the_notice_has_its_measures(sentence: str) -> None:
    by_key = {one.key: one for one in covid().measures}
    missing = [key for key in SENTENCES[sentence] if key not in by_key]
    assert missing == []
    clauses = "；".join(by_key[key].clause for key in SENTENCES[sentence])
    place = re.match(r"(?:附件2(?P<item>（.）)|(?P<section>[三四]（.）)|(?P<annex>附件3))", sentence)
    assert place is not None
    assert next(one for one in place.groups() if one) in clauses


def test_no_measure_of_the_notice_is_without_a_sentence_but_those_added_for_emergencies() -> None:
    named = {key for keys in SENTENCES.values() for key in keys}
    extra = {one.key for one in covid().measures} - named
    assert extra == {
        "drill",
        "dormitory.limits",
        "gatherings.stop",
        "production.closed-loop",
        "production.stop",
    }


def test_all_ten_items_hold_in_every_phase_and_every_party_has_its_part() -> None:
    for phase in PHASES:
        rows = [one for one in covid().measures if phase in one.phases]
        assert {one.item for one in rows} == set(ITEMS), phase
        assert {one.party for one in rows} == set(Party.values), phase


def test_every_kind_of_evidence_is_asked_for() -> None:
    assert {one.evidence for one in covid().measures} == set(Evidence.values)


@EVERY
def test_a_set_is_the_same_after_writing_and_reading(key: str) -> None:
    content = measures.shipped(key)
    again = measures.read_sheet(measures.write_sheet(content), "again")
    assert again == content
    assert again.sha() == content.sha()


@EVERY
def test_every_measure_is_complete_in_both_languages_and_has_a_cadence_in_each_phase(key: str) -> None:
    content = measures.shipped(key)
    for one in content.measures:
        assert one.title_en.isascii() or "\u2019" in one.title_en, one.key
        assert one.title_en, one.key
        assert set(cadence_by_phase(one, content)) == set(one.phases)
        if one.restricts:
            assert all((one.law, one.scope, one.reason, one.term_days)), one.key
            assert one.decider in OWN_DECIDERS or one.reserved, one.key
    for parameter in content.parameters:
        assert parameter.title_en, parameter.key
        assert parameter.source, parameter.key
    assert content.hazard in measures.hazards()


@EVERY
def test_a_set_can_be_loaded_and_put_in_force(key: str, park: SmallZone) -> None:
    for posture in ("routine", "emergency"):
        put(park.zone, key, posture, park.root)
    assert measures.in_force(park.zone).set_versions[0].set_key == key
