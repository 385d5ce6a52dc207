"""Numbers without gap or double, whoever asks at the same time and whatever fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.documents.actions.issuing import database_today
from pingzhan.foundation.documents.actions.numbering import give_number, number_runs
from pingzhan.foundation.documents.actions.organs import add_series, numbers_given
from pingzhan.foundation.documents.enums import NumberForm
from pingzhan.foundation.documents.models import Counter, Organ, Series
from pingzhan.foundation.documents.papers import PaperKind, submit_paper
from pingzhan.kernel.errors import Conflict, Invalid
from tests.foundation.children import environment
from tests.foundation.documents.conftest import draft, make_organ

ROOT = Path(__file__).resolve().parents[3]
PROCESSES, EACH = 4, 6


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_processes_at_once_get_one_to_n() -> None:
    """Four processes sign six papers each; every third transaction fails after it took its number."""
    organ = make_organ()
    root = system_actor("试验")
    papers = [submit_paper(paper=draft(root), edition=1, by=root) for _ in range(PROCESSES * EACH)]
    words = [str(-one.pk if at % 3 == 2 else one.pk) for at, one in enumerate(papers)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.foundation.documents.issuer", *words[at::PROCESSES]],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for at in range(PROCESSES)
    ]
    given: list[int] = []
    for process in running:
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        given += [number for number in json.loads(out) if number is not None]
    expected = list(range(1, 1 + sum(not word.startswith("-") for word in words)))
    assert sorted(given) == expected
    series = organ.series.get(code="云开管发")
    assert numbers_given(series, database_today().year) == expected
    assert [run.missing for run in number_runs([organ])] == [0]


def test_each_year_and_each_series_counts_for_itself(organ: Organ) -> None:
    root = system_actor("试验")
    notices, daily = organ.series.order_by("pk")
    texts = [give_number(notices, 2026, root).text, give_number(notices, 2027, root).text]
    texts += [give_number(notices, 2026, root).text, give_number(daily, 2026, root).text]
    assert texts == ["云开管发〔2026〕1号", "云开管发〔2027〕1号", "云开管发〔2026〕2号", "第1期"]


@pytest.mark.django_db
def test_one_kind_is_numbered_in_one_series(organ: Organ) -> None:
    root = system_actor("试验")
    with pytest.raises(Conflict):
        add_series(organ=organ, code="云开管函", kinds=[PaperKind.LETTER], by=root)
    with pytest.raises(Conflict):
        add_series(organ=organ, code="云开管发", kinds=[PaperKind.DECISION], by=root)
    with pytest.raises(Invalid):
        add_series(organ=organ, code="云开管决", kinds=[PaperKind.DECISION], used_up_to=3, by=root)
    made = add_series(
        organ=organ, code="云开管决", kinds=[PaperKind.DECISION], used_up_to=3, year=2026, by=root
    )
    assert Counter.objects.get(series=made).last == 3
    assert give_number(made, 2026, root).text == "云开管决〔2026〕4号"


def test_a_bulletin_counts_issues() -> None:
    assert Series(code="日报", form=NumberForm.ISSUE).text_of(2026, 12) == "第12期"
