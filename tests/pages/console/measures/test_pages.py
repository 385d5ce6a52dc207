"""Pages of measure sets: the same number of queries for one and for several, the file, the refusals in words."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pingzhan.domain.measures import api as measures
from pingzhan.domain.measures.models import Force, SetVersion
from pingzhan.foundation.access.roles import Role
from tests.factories import SmallZone, account, kept, small_zone


@pytest.fixture
def park(db: None) -> SmallZone:
    return kept(small_zone)


def signed_in(*roles: Role) -> Client:
    client = Client()
    client.force_login(account(*roles))
    return client


def force(park: SmallZone, key: str, posture: str = "emergency") -> SetVersion:
    version = measures.load_shipped(zone=park.zone, key=key, by=park.root)
    order = measures.ForceOrder(version=version, posture=posture, basis="x", document="x", reason="x")
    measures.put_in_force(order=order, by=park.root)
    return version


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as taken:
        assert client.get(url).status_code == 200
    return len(taken)


def test_the_list_takes_as_many_queries_for_three_sets_as_for_one(park: SmallZone) -> None:
    client, url = signed_in(Role.LEADER), reverse("measures:index")
    force(park, "influenza")
    one = queries(client, url)
    force(park, "norovirus")
    force(park, "heavy-pollution")
    assert queries(client, url) == one


def test_the_file_of_a_version_reads_back_equal(park: SmallZone) -> None:
    version = force(park, "influenza")
    answer = signed_in(Role.COMPANY).get(reverse("measures:file", args=[version.pk]))
    assert measures.read_sheet(answer.content.decode()) == measures.shipped("influenza")


def test_a_wrong_file_is_refused_with_its_place(park: SmallZone) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = measures.write_sheet(measures.shipped("influenza")).replace("item = 3", "item = 30", 1)
    answer = signed_in(Role.ORGANISER).post(
        reverse("measures:import"), {"file": SimpleUploadedFile("mine.toml", text.encode())}
    )
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "mine.toml / " in shown
    assert "health.temperature" in shown
    assert not SetVersion.objects.exists()


def test_a_restriction_without_its_basis_is_refused_on_the_page(park: SmallZone) -> None:
    force(park, "influenza")
    held = Force.objects.get().restrictions.get(state="held")
    url = reverse("measures:restriction", args=[held.pk])
    client = signed_in(Role.LEADER)
    said = {"decider": "zone", "law": "x", "body": "x", "document": "x", "scope": "x", "reason": "x"}
    answer = client.post(url, said)
    assert answer.status_code == 422
    held.refresh_from_db()
    assert held.state == "held"
    assert client.post(url, {**said, "decider": "county"}).status_code == 302
    held.refresh_from_db()
    assert held.state == "in_force"


def test_a_draft_from_a_file_to_force_and_back(park: SmallZone) -> None:
    """Each step by its own address: loaded, changed, published by another, put in force, withdrawn."""
    editor, leader = signed_in(Role.ORGANISER), signed_in(Role.LEADER)
    load = reverse("measures:load")
    assert editor.post(load, {"key": "heavy-pollution"}).status_code == 403
    leader.post(load, {"key": "heavy-pollution"})
    shipped = SetVersion.objects.get()
    editor.post(reverse("measures:draft", args=[shipped.pk]))
    version = SetVersion.objects.get(state="draft")
    rows = version.measures.count()
    first = version.measures.order_by("pk").first()
    assert first is not None
    parameter = version.parameters.order_by("pk").first()
    assert parameter is not None
    for name, row in (("measures:measure_remove", first.pk), ("measures:parameter_remove", parameter.pk)):
        url = reverse(name, args=[version.pk, row])
        assert leader.post(url).status_code == 403
        assert editor.post(url).status_code == 302
    assert version.measures.count() == rows - 1
    publish = reverse("measures:publish", args=[version.pk])
    assert editor.post(publish).status_code == 403
    assert leader.post(publish).status_code == 302
    version.refresh_from_db()
    assert version.state == "published"
    # What is published is left as it is.
    editor.post(reverse("measures:discard", args=[version.pk]))
    assert SetVersion.objects.get(pk=version.pk).state == "published"
    said = {"posture": "emergency", "basis": "x", "document": "x", "reason": "x", "since": "", "until": ""}
    checked = leader.get(reverse("measures:check", args=[version.pk]), said)
    assert checked.status_code == 200
    leader.post(reverse("measures:put", args=[version.pk]), said)
    force_row = Force.objects.get()
    withdraw = reverse("measures:withdraw", args=[force_row.pk])
    assert editor.post(withdraw, {"reason": "x"}).status_code == 403
    assert leader.post(withdraw, {"reason": "x"}).status_code == 302
    force_row.refresh_from_db()
    assert force_row.ended_at is not None


def test_a_held_restriction_is_checked_refused_or_lifted(park: SmallZone) -> None:
    force(park, "influenza")
    held = Force.objects.get().restrictions.get(state="held")
    leader, editor = signed_in(Role.LEADER), signed_in(Role.ORGANISER)
    said = {"decider": "zone", "law": "x", "body": "x", "document": "x", "scope": "x", "reason": "x"}
    assert leader.get(reverse("measures:restriction_check", args=[held.pk]), said).status_code == 200
    leader.post(reverse("measures:restriction", args=[held.pk]), {**said, "decider": "county"})
    lift = reverse("measures:lift", args=[held.pk])
    assert editor.post(lift, {"reason": "x"}).status_code == 403
    assert leader.post(lift, {"reason": "x"}).status_code == 302
    held.refresh_from_db()
    assert held.state == "ended"


def test_a_restriction_is_refused_with_a_reason(park: SmallZone) -> None:
    force(park, "influenza")
    held = Force.objects.get().restrictions.get(state="held")
    url = reverse("measures:refuse", args=[held.pk])
    assert signed_in(Role.ORGANISER).post(url, {"reason": "x"}).status_code == 403
    assert signed_in(Role.LEADER).post(url, {"reason": "x"}).status_code == 302
    held.refresh_from_db()
    assert held.state == "refused"
