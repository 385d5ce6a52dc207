"""What each way of sending says to the other side, and what it makes of the answer: real servers, no mocks."""

from __future__ import annotations

import base64
import json
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pingzhan.foundation.messages.kinds import Message, SendError
from pingzhan.foundation.messages.transport.apprise_services import AppriseSender, AppriseSettings
from pingzhan.foundation.messages.transport.filedrop import DropSender, DropSettings
from pingzhan.foundation.messages.transport.gateway import GatewaySender, GatewaySettings
from pingzhan.foundation.messages.transport.http import Client
from pingzhan.foundation.messages.transport.robots import (
    DingtalkSender,
    DingtalkSettings,
    WecomSender,
    WecomSettings,
    shortened,
    signature,
)
from pingzhan.foundation.messages.transport.smtp import SmtpSender, SmtpSettings

from .stubs import Stub, gateway, mail_server


def message(number: str = "PZ17", address: str = "13800000017", **more: Any) -> Message:
    words = {
        "title": "二级响应：您任组长，请签收",
        "body": "云岭开发区。",
        "link": "https://zone.example.org/a/x",
    }
    return Message(number=number, address=address, priority=0, **{**words, **more})


def smtp(stub: Stub) -> SmtpSender:
    return SmtpSender(
        SmtpSettings(host="127.0.0.1", port=stub.port, security="none", sender="notices@zone.example.org"),
        3.0,
    )


def sms(stub: Stub, **more: Any) -> GatewaySender:
    usual = {"url": f"http://127.0.0.1:{stub.port}/send?to={{phone}}", "private": True, "ok_field": "code"}
    return GatewaySender(GatewaySettings(**{**usual, **more}), 3.0)


def refused(sender: Any, one: Message) -> SendError:
    with pytest.raises(SendError) as caught:
        sender.send(one)
    return caught.value


def test_mail_carries_the_same_number_at_each_try_and_nothing_else_in_its_head() -> None:
    with mail_server() as stub:
        sender = smtp(stub)
        one = message(address="someone@example.org", title="标题\r\nBcc: other@example.org")
        first, second = sender.send(one), sender.send(one)
        sender.close()
    assert first == second == "<pz17@zone.example.org>"
    mail = stub.log.bodies["PZ17"]
    assert stub.log.taken["PZ17"] == 2
    assert str(make_header(decode_header(mail["Subject"]))) == "标题  Bcc: other@example.org"
    assert mail["Bcc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_payload(decode=True).decode()
    assert "https://zone.example.org/a/x" in text
    assert text.rstrip().endswith("编号 PZ17")


@pytest.mark.parametrize(
    ("what", "code", "lasting", "fault"),
    [
        ("busy", "smtp_451", False, False),
        ("never", "smtp_554", True, False),
        ("error", "smtp_421", False, True),
        ("drop", "dropped", False, True),
        ("take_and_drop", "dropped", False, True),
    ],
)
def test_what_a_mail_servers_answers_mean(what: str, code: str, lasting: bool, fault: bool) -> None:
    with mail_server(lambda number, times: what if times == 1 else "ok") as stub:
        sender = smtp(stub)
        error = refused(sender, message(address="someone@example.org"))
        assert (error.code, error.lasting, error.channel_fault) == (code, lasting, fault)
        # The same sender goes on afterwards, whatever became of its connection.
        assert sender.send(message(address="someone@example.org"))
        sender.close()


def test_an_unknown_recipient_lasts_and_is_not_the_channels_fault() -> None:
    with mail_server() as stub:
        sender = smtp(stub)
        error = refused(sender, message(address="gone@example.org"))
        assert (error.code, error.lasting, error.channel_fault) == ("smtp_550", True, False)
        assert sender.send(message(address="here@example.org"))
        sender.close()


def test_nobody_listens() -> None:
    with mail_server() as stub:
        pass
    error = refused(smtp(stub), message(address="someone@example.org"))
    assert (error.code, error.channel_fault) == ("dropped", True)


def test_a_gateway_gets_what_its_template_says() -> None:
    with gateway() as stub:
        sender = sms(stub, id_field="msgId", headers="Authorization: Bearer {key}", key="geheim")
        assert sender.send(message(address="+86 138-0000-0017")) == "rPZ17"
    path, headers, body = stub.log.bodies["PZ17"]
    assert path == "/send?to=13800000017"
    assert headers["Authorization"] == "Bearer geheim"
    assert headers["X-Client-Id"] == "PZ17"
    assert json.loads(body) == {
        "phone": "13800000017",
        "content": "二级响应：您任组长，请签收\n云岭开发区。\nhttps://zone.example.org/a/x\n编号 PZ17",
        "clientId": "PZ17",
    }


@pytest.mark.parametrize(
    ("what", "code", "lasting", "fault", "pause"),
    [
        ("busy", "http_429", False, False, 0.0),
        ("error", "http_503", False, True, None),
        ("never", "http_400", True, False, None),
        ("denied", "http_401", False, True, None),
        ("redirect", "http_302", False, True, None),
        ("drop", "dropped", False, True, None),
        ("long", "answer_too_long", False, True, None),
        ("strange", "gateway_1", False, False, None),
        ("number", "gateway_21", True, False, None),
    ],
)
def test_what_a_gateways_answers_mean(
    what: str, code: str, lasting: bool, fault: bool, pause: float | None
) -> None:
    with gateway(lambda number, times: what) as stub:
        error = refused(sms(stub, lasting_values="21, 22"), message())
    assert (error.code, error.lasting, error.channel_fault, error.pause) == (code, lasting, fault, pause)
    assert "127.0.0.1" not in str(error)


def test_a_slow_gateway_is_not_waited_for() -> None:
    with gateway(lambda number, times: "slow") as stub:
        sender = sms(stub)
        sender.client.timeout = 0.05
        error = refused(sender, message())
    assert (error.code, error.channel_fault) == ("timeout", True)


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up() -> None:
    with pytest.raises(SendError) as caught:
        Client(3.0).request("POST", "https://localhost/", headers={}, body=b"")
    assert caught.value.code == "forbidden_target"


def test_the_wecom_robot_mentions_and_shortens() -> None:
    with gateway() as stub:
        settings = WecomSettings(key="k/1", base=f"http://127.0.0.1:{stub.port}", private=True)
        sender = WecomSender(settings, 3.0)
        sender.send(message(body="长" * 2000))
        path, _headers, body = stub.log.bodies["PZ17"]
        assert path == "/cgi-bin/webhook/send?key=k%2F1"
        text = json.loads(body)["text"]
        assert text["mentioned_mobile_list"] == ["13800000017"]
        assert len(text["content"].encode()) <= 2048
        sender.send(message(number="PZ18", address="lin.zhiyuan"))
        assert json.loads(stub.log.bodies["PZ18"][2])["text"]["mentioned_list"] == ["lin.zhiyuan"]


def test_the_dingtalk_robot_signs() -> None:
    with gateway() as stub:
        settings = DingtalkSettings(
            token="t", secret="SECabc", base=f"http://127.0.0.1:{stub.port}", private=True
        )
        DingtalkSender(settings, 3.0).send(message())
    path, _headers, body = stub.log.bodies["PZ17"]
    query = parse_qs(urlsplit(path).query)
    assert query["access_token"] == ["t"]
    assert query["sign"] == [signature("SECabc", int(query["timestamp"][0]))]
    assert json.loads(body)["at"] == {"isAtAll": False, "atMobiles": ["13800000017"]}
    # Computed apart with: printf '1700000000000\nSECabc' | openssl dgst -sha256 -hmac SECabc -binary | base64
    assert signature("SECabc", 1_700_000_000_000) == "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM="
    assert len(base64.b64decode(signature("SECabc", 1))) == 32


def test_a_robot_that_answers_200_and_refuses_is_not_believed() -> None:
    with gateway(lambda number, times: "strange") as stub:
        sender = WecomSender(WecomSettings(key="k", base=f"http://127.0.0.1:{stub.port}", private=True), 3.0)
        error = refused(sender, message())
    assert (error.code, error.lasting) == ("robot_1", False)


def test_shortening_cuts_between_characters() -> None:
    assert shortened("甲乙", 6) == "甲乙"
    assert shortened("甲乙丙", 8) == "甲…"


def test_a_dropped_file_is_whole_and_written_once(settings: Any, tmp_path: Path) -> None:
    settings.DROP_DIR = tmp_path
    sender = DropSender(DropSettings(), 1.0)
    assert sender.send(message()) == "PZ17.txt"
    assert sender.send(message(body="改过的正文")) == "PZ17.txt"
    (file,) = (tmp_path / "sms").iterdir()
    assert file.read_text(encoding="utf-8").startswith(
        "13800000017\n二级响应：您任组长，请签收\n改过的正文\n"
    )
    assert file.stat().st_mode & 0o007 == 0


def test_a_folder_that_cannot_be_written_is_the_channels_fault(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("a file where the folder should be")
    settings.DROP_DIR = tmp_path
    error = refused(DropSender(DropSettings(), 1.0), message())
    assert (error.code, error.channel_fault) == ("file", True)
    assert str(tmp_path) not in str(error)


# The library imports a module that Python itself will drop; it brings its own replacement.
@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
def test_apprise_is_given_a_fixed_address_and_follows_no_redirect() -> None:
    sender = AppriseSender(AppriseSettings(service="feishu", token="abc-123"), 3.0)
    (service,) = list(sender.service)
    assert service.notify_url.startswith("https://open.feishu.cn/")
    assert service.redirects is False
    assert (service.socket_connect_timeout, service.socket_read_timeout) == (3.0, 3.0)
