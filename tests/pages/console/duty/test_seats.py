"""What the duty officer does with a seat: phone, replace, urge; who sees a seat and why it is as it is."""

from __future__ import annotations

import pytest
from django.test import Client

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Override, Seat
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.messages.models import Notice
from tests.factories import SmallZone
from tests.pages.console.conftest import HTMX, SignIn, seat_of

MANAGERS = {Role.DUTY_OFFICER, Role.LEADER}


def actions(zone: SmallZone) -> dict[str, tuple[str, dict[str, str]]]:
    seat = seat_of(zone, "葛明达").pk
    return {
        "phone": (f"/duty/seat/{seat}/phone/", {"eta": "30"}),
        "replace": (
            f"/duty/seat/{seat}/replace/",
            {"person": str(zone.people["桑晓风"].pk), "reason": "更合适"},
        ),
        "urge": (f"/duty/seat/{seat}/urge/", {}),
        "fill": (
            "/duty/post/testing.head/fill/?seat=1",
            {"person": str(zone.people["桑晓风"].pk), "reason": "缺人"},
        ),
    }


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", ["phone", "replace", "urge", "fill"])
def test_who_may(emergency: SmallZone, sign_in: SignIn, role: Role, name: str) -> None:
    address, data = actions(emergency)[name]
    before = AuditRecord.objects.filter(verb__startswith="command.").count()
    answer = sign_in(role).post(address, data, headers=HTMX)
    after = AuditRecord.objects.filter(verb__startswith="command.").count()
    assert (answer.status_code, after > before) == ((200, True) if role in MANAGERS else (403, False))


@pytest.mark.parametrize("name", ["phone", "replace", "urge", "fill"])
def test_only_within_the_grant(emergency: SmallZone, sign_in: SignIn, name: str) -> None:
    address, data = actions(emergency)[name]
    answer = sign_in(Role.DUTY_OFFICER, path=emergency.firms[0].path).post(address, data, headers=HTMX)
    assert answer.status_code in (403, 404)
    assert seat_of(emergency, "葛明达").acked_at is None


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_a_seat(emergency: SmallZone, sign_in: SignIn, role: Role) -> None:
    seat = seat_of(emergency, "葛明达")
    assert sign_in(role).get(f"/duty/seat/{seat.pk}/").status_code == (200 if role in MANAGERS else 404)


def test_holder_sees_his_own_seat_only(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(emergency.person_account("葛明达"))
    own, other = seat_of(emergency, "葛明达"), seat_of(emergency, "何以宁")
    text = client.get(f"/duty/seat/{own.pk}/").content.decode()
    assert ("为什么是他" in text, "编制任职" in text, "试发" in text) == (True, True, True)
    assert client.get(f"/duty/seat/{other.pk}/").status_code == 404


def test_visitor_sees_no_seat(client: Client, emergency: SmallZone) -> None:
    seat = seat_of(emergency, "葛明达")
    assert client.get(f"/duty/seat/{seat.pk}/").status_code == 302


def test_phone_is_under_the_officers_own_name(emergency: SmallZone, sign_in: SignIn) -> None:
    user = emergency.person_account("任知秋", Role.DUTY_OFFICER)
    seat = seat_of(emergency, "葛明达")
    answer = sign_in(user).post(f"/duty/seat/{seat.pk}/phone/", {"eta": "15"}, headers=HTMX)
    assert answer.headers["HX-Trigger"] == "board-changed"
    seat.refresh_from_db()
    assert (seat.ack_by, seat.ack_via, seat.ack_state) == ("任知秋", "phone", "acked")


def test_phone_form_without_choice_is_422(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    answer = sign_in(Role.DUTY_OFFICER).post(f"/duty/seat/{seat.pk}/phone/", {}, headers=HTMX)
    assert answer.status_code == 422
    assert "请选择对方什么时候到" in answer.content.decode()


def test_phone_dialog_shows_the_number(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    text = sign_in(Role.DUTY_OFFICER).get(f"/duty/seat/{seat.pk}/phone/", headers=HTMX).content.decode()
    assert 'href="tel:1390000' in text
    assert "data-dialog-auto" in text


def test_replace_moves_the_seat_for_this_emergency(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    data = {"person": str(emergency.people["桑晓风"].pk), "reason": "更熟悉情况"}
    sign_in(Role.DUTY_OFFICER).post(f"/duty/seat/{seat.pk}/replace/", data, headers=HTMX)
    assert Seat.objects.get(post_code="testing.head", closed_at=None).person.name == "桑晓风"
    assert Override.objects.get().reason == "更熟悉情况"


def test_replace_without_reason_keeps_the_choice(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    chosen = emergency.people["桑晓风"].pk
    answer = sign_in(Role.DUTY_OFFICER).post(
        f"/duty/seat/{seat.pk}/replace/", {"person": str(chosen), "reason": ""}, headers=HTMX
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请写明换人的原因" in text
    assert f'<option value="{chosen}" selected>' in text


def test_replace_in_routine_says_why_not(world: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(world, "葛明达")
    data = {"person": str(world.people["桑晓风"].pk), "reason": "试"}
    answer = sign_in(Role.DUTY_OFFICER).post(f"/duty/seat/{seat.pk}/replace/", data, headers=HTMX)
    assert answer.status_code == 422
    assert "平时换人请修改组织架构" in answer.content.decode()


def test_urge_once_a_minute(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    seat = seat_of(emergency, "葛明达")
    assert client.post(f"/duty/seat/{seat.pk}/urge/", headers=HTMX).status_code == 200
    again = client.post(f"/duty/seat/{seat.pk}/urge/", headers=HTMX)
    assert (again.status_code, Notice.objects.filter(kind="urge").count()) == (409, 1)
    assert "一分钟内刚催过葛明达" in again.content.decode()


def test_confirmed_seat_is_not_urged(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    command.acknowledge_by_phone(seat_id=seat.pk, by=emergency.root)
    answer = sign_in(Role.DUTY_OFFICER).post(f"/duty/seat/{seat.pk}/urge/", headers=HTMX)
    assert answer.status_code == 409


def test_without_javascript_a_form_goes_back_to_the_desk(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    answer = sign_in(Role.DUTY_OFFICER).post(f"/duty/seat/{seat.pk}/phone/", {"eta": "0"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/duty/")


def test_empty_post_explains_and_can_be_filled(emergency: SmallZone, sign_in: SignIn) -> None:
    seat = seat_of(emergency, "葛明达")
    command.decline(seat_id=seat.pk, reason="发热", by=emergency.root)
    text = sign_in(Role.DUTY_OFFICER).get("/duty/post/testing.head/").content.decode()
    assert ("空缺" in text, "葛明达" in text, "指定第 1 席人员" in text) == (True, True, True)


def test_unknown_post_and_group_are_404(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    found = [
        client.get(a).status_code for a in ("/duty/post/nope/", "/duty/group/nope/", "/duty/seat/999999/")
    ]
    assert found == [404, 404, 404]
