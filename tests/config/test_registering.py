"""A zone from nothing on the command line: its places, then its notice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pingzhan.config import cli
from pingzhan.domain.organisation.models import StructureVersion
from pingzhan.domain.territory.models import ParkPlan, Unit
from pingzhan.foundation.audit.models import AuditRecord

NOTICE = """云杉经济开发区领导小组
组  长：傅长庚 党工委书记
副组长：郦清越 管委会副主任
成  员：祝南乔 经贸发展局局长

（一）综合协调组：
组  长：郦清越
成  员：祝南乔、各包企责任人
职  责：负责综合协调；负责物资保障。
"""
PLAN = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": "YS"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[0, 0], [900, 0], [900, 500], [0, 500], [0, 0]]],
            },
        }
    ],
}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    """Run the command line in this process; return the exit code and what it printed as JSON."""
    with pytest.raises(SystemExit) as done:
        cli.main([*words, "--json"])
    printed = capsys.readouterr()
    return int(done.value.code or 0), json.loads(printed.out)


@pytest.fixture
def zone(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    code, made = run(capsys, "unit", "add", "--kind", "zone", "--code", "YS", "--name", "云杉经济开发区")
    assert (code, made["kind"], made["parent"]) == (0, "zone", None)


@pytest.mark.usefixtures("zone")
def test_units_are_added_listed_and_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["area", "A1", "北片区", "YS"], ["enterprise", "E1", "云杉纸业有限公司", "A1"]):
        kind, code, name, parent = words
        run(capsys, "unit", "add", "--kind", kind, "--code", code, "--name", name, "--parent", parent)
    _code, listed = run(capsys, "unit", "list")
    assert [(one["code"], one["parent"]) for one in listed["units"]] == [
        ("YS", None),
        ("A1", "YS"),
        ("E1", "A1"),
    ]
    assert AuditRecord.objects.filter(verb="territory.create_unit", actor_kind="system").count() == 3


@pytest.mark.usefixtures("zone")
def test_a_wrong_unit_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = run(
        capsys, "unit", "add", "--kind", "area", "--code", "YS", "--name", "重复", "--parent", "YS"
    )
    assert (code, answer["error"]["code"]) == (1, "invalid")
    code, answer = run(capsys, "unit", "add", "--kind", "area", "--code", "A", "--name", "无上级")
    assert (code, answer["error"]["code"]) == (1, "invalid")
    assert Unit.objects.count() == 1


@pytest.mark.usefixtures("zone")
def test_a_plan_is_imported_or_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "plan.geojson"
    path.write_text(json.dumps(PLAN), encoding="utf-8")
    assert run(capsys, "unit", "plan", str(path), "--unit", "YS") == (0, {"unit": "YS", "shapes": 1})
    path.write_text("{", encoding="utf-8")
    code, answer = run(capsys, "unit", "plan", str(path), "--unit", "YS")
    assert (code, answer["error"]["code"]) == (1, "invalid")
    assert ParkPlan.objects.count() == 1


@pytest.mark.usefixtures("zone")
def test_a_notice_becomes_a_draft_and_is_not_published_with_open_questions(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "notice.txt"
    path.write_text(NOTICE, encoding="utf-8")
    code, answer = run(capsys, "notice", "import", str(path), "--basis", "云开〔2026〕7号")
    assert (code, answer["published"], answer["counts"]["entries"]) == (0, False, 6)
    assert answer["counts"]["duties"] == 2
    code, answer = run(capsys, "notice", "import", str(path), "--publish")
    assert (code, answer["published"]) == (1, False)
    assert answer["error"]["message"]
    assert sum(kind["critical"] for kind in answer["findings"]) > 0
    assert list(StructureVersion.objects.values_list("status", flat=True)) == ["draft", "draft"]
    assert StructureVersion.objects.filter(basis_doc="云开〔2026〕7号").count() == 1


@pytest.mark.django_db
def test_a_notice_needs_a_zone_and_a_known_account(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "notice.txt"
    path.write_text(NOTICE, encoding="utf-8")
    code, answer = run(capsys, "notice", "import", str(path))
    assert (code, answer["error"]["code"]) == (1, "not_found")
    code, answer = run(capsys, "notice", "import", str(path), "--by", "nobody")
    assert (code, answer["error"]["place"]) == (1, "--by")
