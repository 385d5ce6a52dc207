"""The zone's own notice, when it is there, and an invented one: from the file to a published structure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pingzhan.domain.organisation import api
from pingzhan.domain.organisation.enums import (
    QUERY_ENTERPRISE,
    QUERY_PROJECT,
    FindingKind,
    FindingState,
    Severity,
)
from pingzhan.domain.organisation.models import Person, Post, StructureVersion
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.kernel.errors import Conflict, Invalid, Refused

from .conftest import with_role

ROOT = Path(__file__).resolve().parents[3]
SEED = sorted((ROOT.parent / "shared" / "seed").glob("*.txt"))
INVENTED = ROOT / "src" / "pingzhan" / "config" / "demo" / "notice.txt"

EXPECTED = {
    "same_name_unresolved": 1,
    "similar_name": 1,
    "several_posts": 2,
    "two_heads": 1,
    "class_unresolved": 1,
    "person_without_post": 10,
    "group_name_differs": 1,
    "no_substitute": 1,
    "no_level_no_time": 1,
    "one_list_only": 1,
    "body_undefined": 1,
}
"""Document findings of the notice (reference/command.md section 3)."""


@pytest.fixture
def seed(zone: Unit, organiser: Actor) -> StructureVersion:
    if not SEED:
        pytest.skip("the zone's own notice is not here")
    return api.import_notice(zone=zone, path=SEED[0], by=organiser)


def answer_all(version: StructureVersion, by: Actor) -> None:
    """Answer every critical question in the plainest way."""
    for finding in version.findings.filter(kind=FindingKind.SAME_NAME):
        entries = finding.subject["entries"]
        api.resolve_same_name(finding=finding, same_as={entries[-1]: entries[0]}, by=by)
    for finding in version.findings.filter(kind=FindingKind.SIMILAR_NAME):
        api.resolve_similar(finding=finding, same=False, by=by)
    for finding in version.findings.filter(kind=FindingKind.CLASS_UNRESOLVED):
        api.resolve_class(finding=finding, queries=[QUERY_ENTERPRISE, QUERY_PROJECT], by=by)
    api.deputies_stand_in(version=version, by=by)


def test_counts_of_the_notice(seed: StructureVersion) -> None:
    rows = Counter(seed.entries.values_list("group__kind", "class_rule"))
    named = {kind: n for (kind, rule), n in rows.items() if not rule}
    assert named == {"leading": 18, "work": 36}
    assert sum(n for (_kind, rule), n in rows.items() if rule) == 1
    assert seed.clauses.count() == 14
    assert seed.reading["counts"] == {"entries": 55, "persons": 44, "duties": 14}
    assert Counter(seed.findings.filter(source="document").values_list("kind", flat=True)) == EXPECTED
    assert api.finding_counts(seed) == EXPECTED


def test_groups_have_the_codes_of_the_duty_templates(seed: StructureVersion) -> None:
    assert list(seed.groups.order_by("sort").values_list("code", flat=True)) == [
        "leading",
        "coordination",
        "verification",
        "testing",
        "inspection",
        "medical",
        "response",
    ]


def test_every_place_is_in_the_text(seed: StructureVersion) -> None:
    text = seed.source_text
    for finding in seed.findings.all():
        for place in finding.places:
            assert text[place["start"] : place["end"]] == place["text"] != ""
    for entry in seed.entries.all():
        squeezed = "".join(text[entry.start : entry.end].split())
        assert (entry.name or entry.class_rule)[:2] in squeezed


def test_people_of_the_notice_are_not_merged(seed: StructureVersion) -> None:
    """43 names; the one that stands with two titles is two persons, his third entry nobody's yet."""
    assert Person.objects.filter(provisional=True).count() == 44
    assert seed.entries.filter(holding__person__isnull=True).count() == 2
    assert not seed.entries.filter(holding__isnull=True).exists()


def test_the_notice_can_be_published_after_few_answers(seed: StructureVersion, organiser: Actor) -> None:
    with pytest.raises(Conflict):
        api.publish(version=seed, by=organiser)
    answer_all(seed, organiser)
    assert not seed.findings.filter(state=FindingState.OPEN, severity=Severity.CRITICAL).exists()
    without = seed.findings.filter(kind=FindingKind.PERSON_WITHOUT_POST, state=FindingState.OPEN)
    assert without.count() == 10
    assert all(finding.subject["certain"] for finding in without)
    published = api.publish(version=seed, by=organiser)
    assert api.is_unchanged(published)
    assert len(api.official_ids(published.zone.path)) == 44
    heads = Post.objects.filter(version=published, critical=True)
    assert {post.code for post in heads} == {
        f"{code}.head"
        for code in (
            "leading",
            "coordination",
            "verification",
            "testing",
            "inspection",
            "medical",
            "response",
        )
    }
    again = api.import_notice(zone=published.zone, path=SEED[0], by=organiser)
    assert Person.objects.filter(provisional=True).count() == 0
    assert again.findings.filter(kind=FindingKind.NAME_CHOICE).count() == 0
    answer_all(again, organiser)
    assert api.diff(published, again) == []


def test_invented_notice_from_file_to_published(zone: Unit, organiser: Actor) -> None:
    content = INVENTED.read_bytes()
    version = api.import_notice(
        zone=zone, content=content, filename="通知.txt", basis_doc="试发〔2026〕1号", by=organiser
    )
    assert version.basis_doc == "试发〔2026〕1号"
    assert version.entries.count() == version.reading["counts"]["entries"] > 20
    answer_all(version, organiser)
    published = api.publish(version=version, by=organiser)
    assert api.published_version(zone.pk) == published


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("通知.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_format"),
        ("通知.txt", "今天天气很好。".encode(), "no_groups"),
    ],
)
def test_what_cannot_be_read_leaves_no_draft(
    zone: Unit, organiser: Actor, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        api.import_notice(zone=zone, content=content, filename=name, by=organiser)
    assert caught.value.code == code
    assert caught.value.hint
    assert not StructureVersion.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in roles_with(Permission.EDIT_STRUCTURE)])
def test_roles_that_may_not_import(zone: Unit, role: Role) -> None:
    with pytest.raises(Refused):
        api.import_notice(zone=zone, content=b"x", filename="x.txt", by=with_role(role))
