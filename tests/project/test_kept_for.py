"""Whatever holds personal data says how long: each registered holder is named here with the rule that ends it."""

from __future__ import annotations

from pingzhan.foundation.privacy import holders, retention

#: Holder of personal data -> the rules that end it; a new one adds its line.
ENDS = {
    "organisation.contacts": ["organisation.leavers"],
    "people.individual": ["people.leavers"],
    "people.search": ["people.leavers"],
    "people.employment": ["people.leavers"],
    "returnees.application": ["returnees.ledger"],
    "gate.visit": ["gate.visits"],
    "gate.appointment": ["gate.appointments"],
    "gate.vehicle": ["gate.drivers"],
    "premises.incident": ["premises.incidents"],
    "screening.walkin": ["screening.walkins"],
}


def test_every_holder_of_personal_data_has_an_end() -> None:
    held = {one.key for kind in holders.kinds() for one in holders.holders(kind)}
    assert held == set(ENDS)
    rules = {rule.key for rule in retention.rules()}
    assert {key for keys in ENDS.values() for key in keys} - rules == set()


def test_every_rule_says_why_and_on_what_ground() -> None:
    for rule in retention.rules():
        assert (bool(str(rule.purpose)), bool(str(rule.basis))) == (True, True), rule.key
        assert rule.least <= rule.days <= rule.most, rule.key
