"""Training, duty, emergency teams, drills and figures of the demo enterprises: most complete, some with gaps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from pingzhan.domain.people.models import Employment
from pingzhan.domain.premises import api as premises
from pingzhan.domain.premises.enums import Difficulty, TeamTask, TrainingForm
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor

DAY = timedelta(days=1)
#: topic, form, days ago, hours, material
SESSIONS = (
    ("返岗人员健康要求", TrainingForm.SHIFT_TALK, 40, "0.5", "班前会讲解提纲"),
    ("日常防护和报告程序", TrainingForm.LECTURE, 12, "1.5", "《职工防护手册》"),
)
TASKS = (TeamTask.LEADER, TeamTask.ISOLATION, TeamTask.DISINFECTION, TeamTask.LIAISON, TeamTask.SUPPLY)
TROUBLES = (
    (Difficulty.TRANSPORT, "外省原料车辆办理通行证较慢，到货晚两天。"),
    (Difficulty.LABOUR, "两条线缺熟练操作工 15 人。"),
    (Difficulty.FUNDS, "应收账款回款延期，流动资金偏紧。"),
)


def demo_workplace(zone: Unit, by: Actor) -> None:
    """Fill the enterprises that have workers; the second one's team lacks somebody, the last one has nothing."""
    rng = Random(53)
    firms = list(
        Unit.objects.filter(enterprise__isnull=False, path__startswith=zone.path).order_by("code")[:9]
    )
    for n, unit in enumerate(firms):
        _figures(unit, by, rng, n)
        staff = list(Employment.objects.filter(enterprise=unit, left__isnull=True).order_by("pk"))
        if len(staff) < 6 or n == len(firms) - 1:
            continue
        _sessions(unit, by, staff, n)
        _duty(unit, by, staff, n)
        if n < 5:
            _drill(unit, by, n)


def _sessions(unit: Unit, by: Actor, staff: list[Employment], n: int) -> None:
    for at, (topic, form, ago, hours, material) in enumerate(SESSIONS):
        there = [one.pk for m, one in enumerate(staff) if n % 3 == 0 or (m + at) % 7]
        premises.hold_training(
            enterprise=unit,
            data=premises.TrainingData(
                topic, clock.today() - (ago + n) * DAY, form, Decimal(hours), material
            ),
            workers=there,
            by=by,
        )


def _duty(unit: Unit, by: Actor, staff: list[Employment], n: int) -> None:
    today, numbers = clock.today(), [one.employee_no for one in staff[:6]]
    first = max(clock.monday(today), today - 6 * DAY)
    last = today + (4 if n % 3 == 1 else 8) * DAY
    days = [first + at * DAY for at in range((last - first).days + 1)]
    premises.set_duty(
        enterprise=unit,
        lines=[premises.DutyLine(day, numbers[at % 3], numbers[3 + at % 3]) for at, day in enumerate(days)],
        by=by,
    )
    for at, task in enumerate(TASKS):
        if n != 1 or task != TeamTask.DISINFECTION:
            premises.join_team(enterprise=unit, number=numbers[at % len(numbers)], task=task, by=by)


def _drill(unit: Unit, by: Actor, n: int) -> None:
    premises.hold_exercise(
        enterprise=unit,
        data=premises.ExerciseData(
            topic="车间发现疑似病例的隔离转移",
            held_on=clock.today() - (15 + 20 * n) * DAY,
            place="一车间和隔离室",
            persons=18 + n,
            course="班组长报告后启动预案，本人送隔离室，同班组就地停工，应急队封控车间并消毒，40 分钟完成。",
            found="隔离室缺一套防护服，转移路线与食堂通道交叉。" if n % 2 == 0 else "",
            mended="已补齐防护服，转移路线改走西侧通道。" if n % 2 == 0 else "",
        ),
        by=by,
    )


def _figures(unit: Unit, by: Actor, rng: Random, n: int) -> None:
    base, people = Decimal(rng.randrange(20, 180)), max(unit.headcount or 60, 20)
    for ago in range(20, -1, -1):
        day = clock.today() - ago * DAY
        # Nobody works on Sunday, and some have not given today's yet.
        if day.weekday() == 6 or (ago == 0 and n % 2 == 0):
            continue
        trouble = TROUBLES[n % 3] if n % 3 and ago < 3 else ("", "")
        premises.save_figures(
            enterprise=unit,
            day=day,
            data=premises.FiguresData(
                output=(base * Decimal(rng.randrange(85, 116)) / 100).quantize(Decimal("0.01")),
                at_work=people - rng.randrange(0, max(people // 10, 1) + 1),
                orders=base * 30,
                power=Decimal(rng.randrange(2_000, 9_000)),
                difficulty=trouble[0],
                words=trouble[1],
            ),
            by=by,
        )
