"""Several laboratories at once and a crash in the middle, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from pingzhan.domain.orders.models import Order
from pingzhan.domain.screening import api as screening
from pingzhan.domain.screening.actions import charging
from pingzhan.domain.screening.enums import RoundKind
from pingzhan.domain.screening.models import (
    Hold,
    Laboratory,
    LatestResult,
    Member,
    Pursuit,
    Result,
    Round,
    SamplingTeam,
    SwitchProposal,
)
from pingzhan.kernel.errors import Conflict
from tests.domain.people.crowd import Park, build_park, hire
from tests.domain.screening.lab import POSITIVE, Lab, tube
from tests.domain.screening.phones import adopted_round, phone

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment on connections of their own; return results and errors."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return act()
        except Conflict as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def quay(transactional_db: None) -> tuple[Park, Lab]:
    park = build_park()
    team = SamplingTeam.objects.create(zone=park.zone, name="\u4e00\u961f")
    Laboratory.objects.create(zone=park.zone, name="\u68c0\u6d4b\u5ba4", code="L1")
    adopted_round(park, team, [firm.unit for firm in park.firms], pool_size=10)
    return park, Lab(park, phone(team, park))


def test_two_positive_tubes_at_once_hold_somebody_in_both_once(quay: tuple[Park, Lab]) -> None:
    park, lab = quay
    crew = [hire(park.firms[0], no=f"A{n}") for n in range(3)]
    lab.fill("T-001", crew[:2])
    lab.fill("T-002", crew[1:])
    found = together(lambda: lab.say(("T-001", POSITIVE)), lambda: lab.say(("T-002", POSITIVE)))
    assert found == [["stored"], ["stored"]]
    assert Hold.objects.filter(until__isnull=True).count() == 3
    assert Member.objects.filter(hold__employment=crew[1]).count() == 2
    assert Round.objects.filter(kind=RoundKind.RETEST).count() == 1
    assert SwitchProposal.objects.get().tubes == 2


def test_a_step_and_a_correction_at_once_leave_one_outcome(quay: tuple[Park, Lab]) -> None:
    park, lab = quay
    crew = [hire(park.firms[0], no=f"A{n}") for n in range(2)]
    lab.fill("T-001", crew)
    lab.say(("T-001", POSITIVE))
    followed, hold = Pursuit.objects.select_related("zone").get(), Hold.objects.all()[0]

    def release() -> str:
        screening.release_hold(pursuit=followed, hold=hold, reason="\u8bef\u767b", by=park.root)
        return "released"

    found = together(release, lambda: lab.say(("T-001", "negative", "\u66f4\u6b63")))
    assert found[1] == ["corrected"]
    assert found[0] == "released" or isinstance(found[0], Conflict)
    assert set(Hold.objects.values_list("state", flat=True)) == {"released"}
    hold.refresh_from_db()
    assert hold.reason


def test_a_crash_in_the_middle_leaves_nothing(
    quay: tuple[Park, Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    park, lab = quay
    lab.fill("T-001", [hire(park.firms[0], no=f"A{n}") for n in range(2)])
    issued = charging.give_tasks

    def crash(*args: Any) -> Any:
        issued(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(charging, "give_tasks", crash)
    with pytest.raises(KeyboardInterrupt):
        lab.say(("T-001", POSITIVE))
    for model in (Result, LatestResult, Pursuit, Hold, Member, SwitchProposal, Order):
        assert not model.objects.exists(), model
    assert not Round.objects.filter(kind=RoundKind.RETEST).exists()
    assert tube("T-001").verdict == ""
    monkeypatch.setattr(charging, "give_tasks", issued)
    assert lab.say(("T-001", POSITIVE)) == ["stored"]
    assert Hold.objects.count() == 2
