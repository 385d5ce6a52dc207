"""The pages of a rebase and of 提级指挥: who sees them, what they say, what a press does."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from pingzhan.domain.command import api as command
from pingzhan.domain.command.models import Activation, CommandTenure
from pingzhan.foundation.access.roles import Role
from tests.domain.command.test_rebase import publish
from tests.factories import SmallZone
from tests.pages.console.conftest import SignIn

ORDERERS = {Role.DUTY_OFFICER, Role.LEADER}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("address", ["/switch/rebase/", "/switch/command/"])
def test_who_sees(emergency: SmallZone, sign_in: SignIn, role: Role, address: str) -> None:
    assert sign_in(role).get(address).status_code == (200 if role in ORDERERS else 403)


def _fields(client: Client, address: str = "/switch/rebase/") -> dict[str, str]:
    text = client.get(address).content.decode()
    inputs = re.findall(r'<input type="hidden" name="(key|expect|preview_sha)" value="([^"]*)"', text)
    assert len(inputs) == 3
    return dict(inputs)


def test_banner_difference_and_order(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    assert "组织架构有新版" not in client.get("/duty/").content.decode()
    assert "都按现行组织架构执行" in client.get("/switch/rebase/").content.decode()
    publish(emergency, medical_head="桑晓风")
    for address in ("/duty/", "/switch/"):
        assert "组织架构有新版" in client.get(address).content.decode()
    page = client.get("/switch/rebase/").content.decode()
    assert "桑晓风" in page
    fields = _fields(client)
    answer = client.post("/switch/rebase/", fields | {"reason": ""})
    assert answer.status_code == 422
    assert Activation.objects.count() == 1
    answer = client.post("/switch/rebase/", fields | {"reason": "新版已审定"})
    assert (answer.status_code, answer["Location"]) == (302, "/duty/")
    assert command.stale_activations(emergency.zone) == []
    assert "组织架构有新版" not in client.get("/duty/").content.decode()


def test_stale_page_shows_what_changed_and_can_be_pressed_again(
    emergency: SmallZone, sign_in: SignIn
) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    publish(emergency, medical_head="桑晓风")
    fields = _fields(client)
    publish(emergency, testing_head="谈云起")
    answer = client.post("/switch/rebase/", fields | {"reason": "新版已审定"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "谈云起" in text
    inputs = dict(re.findall(r'name="(key|expect|preview_sha)" value="([^"]*)"', text))
    assert inputs["preview_sha"] != fields["preview_sha"]
    answer = client.post("/switch/rebase/", inputs | {"reason": "新版已审定"})
    assert answer.status_code == 302


def test_one_of_two_scopes(emergency: SmallZone, sign_in: SignIn) -> None:
    order = command.SwitchOrder(
        key="firm", unit=emergency.firms[0], level=1, reason="试验", basis="试发〔2026〕2号"
    )
    command.order_switch(order=order, by=emergency.root)
    publish(emergency, medical_head="桑晓风")
    client = sign_in(Role.DUTY_OFFICER)
    one = Activation.objects.get(key="firm")
    page = client.get("/switch/rebase/").content.decode()
    assert f"scope={one.pk}" in page
    fields = _fields(client, f"/switch/rebase/?scope={one.pk}")
    answer = client.post(f"/switch/rebase/?scope={one.pk}", fields | {"reason": "先换一家"})
    assert answer.status_code == 302
    assert [row.key for row in command.stale_activations(emergency.zone)] == ["test-1"]
    assert client.get(f"/switch/rebase/?scope={one.pk}").status_code == 404


def test_upper_level_takes_and_hands_back(emergency: SmallZone, sign_in: SignIn) -> None:
    client = sign_in(Role.DUTY_OFFICER)
    address = "/switch/command/"
    base = {"scope": str(emergency.zone.pk), "note": "力量已交接"}
    answer = client.post(address, base | {"name": "", "phone": ""})
    assert answer.status_code == 422
    for text in ("请选择上级指挥人\uff0c或填写姓名\u3002", "请填写电话\u3002"):
        assert text in answer.content.decode()
    answer = client.post(address, base | {"name": "宗元亮", "phone": "13900008888", "title": "市级"})
    assert answer.status_code == 302
    assert CommandTenure.objects.get(ended_at=None).upper
    for page in (address, "/duty/"):
        text = client.get(page).content.decode()
        assert "宗元亮" in text
        assert "提级指挥" in text
    answer = client.post(address, base | {"back": "1", "note": ""})
    assert answer.status_code == 422
    answer = client.post(address, base | {"back": "1"})
    assert answer.status_code == 302
    tenure = CommandTenure.objects.get(ended_at=None)
    assert (tenure.upper, tenure.person.name) == (False, "白景行")


def test_no_emergency_no_command(world: SmallZone, sign_in: SignIn) -> None:
    page = sign_in(Role.LEADER).get("/switch/command/").content.decode()
    assert "现在没有启动战时状态" in page
    assert "由上级指挥" not in page
