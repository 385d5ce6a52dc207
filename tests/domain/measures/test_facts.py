"""Every known value has a source, a kind and a hazard that exists; doubtful ones are marked."""

from __future__ import annotations

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.facts import FactKind


def test_every_fact_names_a_hazard_a_kind_a_unit_and_a_source() -> None:
    facts = measures.all_facts()
    assert {one.hazard for one in facts} <= set(measures.hazards())
    assert {one.kind for one in facts} == set(FactKind.values)
    for one in facts:
        assert all((one.value, one.value_en, one.unit, one.source)), one
        assert isinstance(one.verified, bool)


def test_the_kinds_of_a_hazard_come_in_order() -> None:
    kinds = [one.kind for one in measures.facts_of("covid19")]
    assert kinds == ["incubation"] * 3 + ["contacts"] * 4
    assert not next(one for one in measures.facts_of("norovirus") if one.kind == "incubation").verified


def test_every_threshold_says_from_when_and_whence() -> None:
    rows = measures.thresholds()
    assert len({one.event for one in rows}) == len(rows) == 25
    for one in rows:
        assert one.min_cases is not None
        assert one.min_cases >= 1
        assert one.source
        assert one.unit == "days; cases; deaths"
