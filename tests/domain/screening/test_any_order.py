"""Whatever order records come in, and however often: the same rows, and nothing is lost or doubled."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pingzhan.domain.people.models import Employment
from pingzhan.domain.screening.actions.intake import Item
from pingzhan.domain.screening.models import (
    Box,
    Conflict,
    CustodyStep,
    RoundCount,
    Sample,
    SamplingTeam,
    Tube,
)
from tests.domain.people.crowd import Park, hire
from tests.domain.screening.phones import Phone, adopted_round, phone

TUBES, BOXES = ("T-0001", "T-0002"), ("BOX-1", "BOX-2")
_tube = st.sampled_from(TUBES)
_box = st.sampled_from(BOXES)
_sample = st.tuples(
    st.just("sample"), _tube, st.integers(0, 3), st.integers(1, 4), st.sampled_from(["", "\u6f0f\u91c7"])
)
_facts = st.one_of(
    # Several times over: a history of mostly steps would say little of who is in which tube.
    *[_sample] * 6,
    st.tuples(st.just("seal"), _tube),
    st.tuples(st.just("seal"), _tube),
    st.tuples(st.just("void"), _tube),
    st.tuples(st.just("box"), _tube, _box),
    st.tuples(st.just("box"), _tube, _box),
    st.tuples(st.just("box_seal"), _box),
    st.tuples(st.just("handover"), _box),
    st.tuples(st.just("pass_on"), _tube),
    st.tuples(st.just("nonsense")),
)
_histories = st.lists(st.tuples(st.integers(0, 1), _facts), min_size=12, max_size=24)


class _Undone(Exception):
    pass


def written(
    phones: Sequence[Phone], crew: Sequence[Employment], history: list[Any]
) -> list[tuple[int, Item]]:
    """The records of two phones, one minute apart."""
    began = phones[0].clock().replace(second=0, microsecond=0)
    found: list[tuple[int, Item]] = []
    for n, (which, (kind, *rest)) in enumerate(history):
        own, of_phone = phones[which], "handover" if kind == "pass_on" else kind
        more: dict[str, Any] = {"at": began + timedelta(minutes=n)}
        if kind == "sample":
            more |= {"tube": rest[0], "person": crew[rest[1]].pk, "place": rest[2], "override": rest[3]}
        elif kind in {"seal", "void"}:
            more |= {"tube": rest[0]}
        elif kind == "box":
            more |= {"tube": rest[0], "box": rest[1]}
        elif kind == "box_seal":
            more |= {"box": rest[0]}
        elif kind == "handover":
            more |= {"box": rest[0], "to": "\u53f8\u673a\u8d75"}
        elif kind == "pass_on":
            more |= {"tube": rest[0], "to": str(phones[1 - which].device.pk)}
        found.append((which, own.write(of_phone, **more)))
    return found


def _minute(moment: datetime | None) -> int | None:
    """The nearest minute: a phone's clock is put right to the milliseconds that a sending took."""
    return None if moment is None else round(moment.timestamp() / 60)


def rows_after(phones: Sequence[Phone], sendings: Sequence[Sequence[tuple[int, Item]]]) -> dict[str, Any]:
    """Send batches, return all rows that matter, and take everything back."""
    found: dict[str, Any] = {}
    answers: dict[uuid.UUID, str] = {}
    try:
        with transaction.atomic():
            for batch in sendings:
                for which in (0, 1):
                    items = [item for of, item in batch if of == which]
                    for answer in phones[which].send(*items) if items else ():
                        answers.setdefault(answer.id, answer.status)
            codes = dict(Tube.objects.values_list("pk", "code"))
            found = {
                "samples": {
                    (one.id, codes[one.tube_id], one.person, one.refused, one.flag) for one in Sample.objects.all()
                },
                "steps": {(one.id, one.step) for one in CustodyStep.objects.all()},
                "tubes": {
                    (
                        one.code, one.state, one.heads, one.held, one.box.code if one.box else "",
                        one.sealed_device, one.sealed_seq, one.enterprise_id, _minute(one.first_taken_at),
                    )
                    for one in Tube.objects.select_related("box")
                },
                "boxes": {(one.code, one.state) for one in Box.objects.all()},
                "conflicts": {
                    (one.kind, codes.get(one.tube_id), one.person) for one in Conflict.objects.filter(state="open")
                },
                "counts": set(
                    RoundCount.objects.exclude(tested=0, conflicts=0).values_list("team_id", "tested", "conflicts")
                ),
                "answered": len(answers),
                "refused_unstored": sum(
                    status == "rejected" for pk, status in answers.items()
                    if not Sample.objects.filter(pk=pk).exists()
                ),
            }  # fmt: skip
            raise _Undone
    except _Undone:
        pass
    return found


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(history=_histories, draw=st.data())
def test_any_order_and_any_repetition_give_the_same_rows(
    history: list[Any], draw: st.DataObject, park: Park, teams: list[SamplingTeam]
) -> None:
    crew = [hire(park.firms[0]) for _n in range(4)]
    adopted_round(park, teams[0], [park.firms[0].unit])
    phones = [phone(teams[0], park) for _n in range(2)]
    items = written(phones, crew, history)
    straight = rows_after(phones, [items])
    again = draw.draw(st.lists(st.sampled_from(items), max_size=12))
    mixed = draw.draw(st.permutations(items + again))
    cut = draw.draw(st.integers(1, 5))
    shuffled = rows_after(phones, [mixed[at : at + cut] for at in range(0, len(mixed), cut)])
    assert shuffled == straight
    # In = stored + refused: nothing is lost, nothing doubled.
    assert straight["answered"] == len(items)
    assert len(straight["samples"]) + len(straight["steps"]) + straight["refused_unstored"] == len(items)
