"""Teams that eat, meals and rules for tests of the canteen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from uuid import uuid4

from pingzhan.domain.command import api as command
from pingzhan.domain.measures import api as measures
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.people import api as people
from pingzhan.domain.people.enums import EmploymentKind
from pingzhan.domain.sanitation import api
from pingzhan.domain.sanitation.enums import MealKind, PlanState
from pingzhan.domain.sanitation.models import CanteenMeal, SittingLine, SittingPlan
from pingzhan.domain.territory.models import Enterprise, Team
from tests.domain.people.crowd import DAY, Firm, Park, person


def crew(firm: Firm, numbers: Sequence[int]) -> list[Team]:
    """Teams of so many workers each, day shift, who eat at the canteen of the enterprise."""
    first = firm.teams[0]
    made = []
    for n, number in enumerate(numbers):
        team = Team.objects.create(
            enterprise=firm.unit, name=f"\u73ed{n + 1}", workshop=first.workshop, shift=first.shift
        )
        made.append(team)
        hired = people.insert_people([person() for _n in range(number)])
        people.insert_employments(
            [
                people.NewEmployment(
                    individual_id=one,
                    enterprise_id=firm.unit.pk,
                    employee_no=f"{team.pk}-{place}",
                    job="\u88c5\u914d\u5de5",
                    kind=EmploymentKind.OWN.value,
                    groups=(),
                    joined=DAY,
                    team_id=team.pk,
                    canteen_id=firm.canteen.pk,
                )
                for place, one in enumerate(hired)
            ]
        )
    return made


def lunch(firm: Firm, *, seats: int = 20, closes: time = time(13), **more: object) -> CanteenMeal:
    """A lunch from 11:00 with sittings of 20 minutes and 10 between them: four until 13:00."""
    data = api.MealData(MealKind.LUNCH, seats, time(11), closes, **more)  # type: ignore[arg-type]
    return api.set_meal(enterprise=firm.unit, site_id=firm.canteen.pk, data=data, by=firm.contact)


def draft_of(meal: CanteenMeal) -> SittingPlan:
    """The draft of a meal."""
    return SittingPlan.objects.get(meal=meal, state=PlanState.DRAFT)


def published(meal: CanteenMeal, firm: Firm) -> SittingPlan:
    """The draft of a meal, published."""
    return api.publish_plan(plan_id=draft_of(meal).pk, by=firm.contact)


def line(plan: SittingPlan, team: Team) -> SittingLine:
    """The line of a team."""
    return SittingLine.objects.get(plan=plan, team=team)


def full(plan: SittingPlan) -> dict[int, int]:
    """People by sitting, from 0."""
    found: dict[int, int] = {}
    for one in plan.lines.filter(sitting__isnull=False):
        assert one.sitting is not None
        found[one.sitting] = found.get(one.sitting, 0) + one.people
    return found


def sets_in_force(park: Park, firm: Firm, key: str = "covid19-2022-05") -> None:
    """Put a shipped set in force for both postures; the enterprise has a canteen."""
    Enterprise.objects.create(unit=firm.unit, credit_code="91371621MA3C00001A", industry="14", canteen=True)
    version = measures.load_shipped(zone=park.zone, key=key, by=park.root)
    for posture in ("routine", "emergency"):
        order = measures.ForceOrder(
            version=version, posture=posture, basis="\u901a\u77e5", document="1\u53f7", reason="\u8bd5\u9a8c"
        )
        measures.put_in_force(order=order, by=park.root)


def switch(park: Park, level: int | None) -> None:
    """Order a level for the zone, or stand it down."""
    if level is None:
        command.stand_down(
            order=command.StandDown(key=uuid4().hex, unit=park.zone, reason="over"), by=park.root
        )
        return
    command.order_switch(
        order=command.SwitchOrder(
            key=uuid4().hex, unit=park.zone, level=level, reason="cases", basis="doc 1"
        ),
        by=park.root,
    )


def today() -> date:
    """The business day that is running: till six in the morning it is yesterday's date."""
    return obligations.business_now()[1]


def check_data(**more: object) -> api.CheckData:
    """A check of today in which all was in order."""
    words: dict[str, object] = {"day": today(), "staff": 6, "samples": 8}
    return api.CheckData(**{**words, **more})  # type: ignore[arg-type]
