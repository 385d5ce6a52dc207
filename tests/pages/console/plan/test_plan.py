from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pingzhan.domain.territory import api
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.factories import SmallZone

SignIn = Callable[..., Client]
SEEING = set(roles_with(Permission.VIEW_ENTERPRISES))
DRAWING = set(roles_with(Permission.EDIT_TERRITORY))


def plot(code: str | None, x: float = 0, *, closed: bool = True) -> dict[str, Any]:
    ring = [[x, 0], [x + 100, 0], [x + 100, 80], [x, 80]]
    told = {"name": f"地块{x}"} if code is None else {"code": code, "name": f"地块{x}", "kind": "enterprise"}
    return {
        "type": "Feature",
        "properties": told,
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]] if closed else ring]},
    }


def geojson(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def sent(value: Any, name: str = "plan.geojson") -> SimpleUploadedFile:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return SimpleUploadedFile(name, data, content_type="application/geo+json")


@pytest.fixture
def drawn(world: SmallZone) -> SmallZone:
    features = geojson(plot("F1"), plot("F2", 200), plot(None, 400))
    api.import_plan(zone=world.zone, geojson=features, by=world.root)
    return world


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_the_plan_and_who_draws_it(sign_in: SignIn, drawn: SmallZone, role: Role) -> None:
    client = sign_in(role)
    assert client.get("/plan/").status_code == (200 if role in SEEING else 403)
    assert client.get("/plan/download/").status_code == (200 if role in SEEING else 403)
    for path in ("/plan/import/", "/plan/edit/", "/plan/versions/"):
        assert client.get(path).status_code == (200 if role in DRAWING else 403)
    if role not in DRAWING:
        assert client.post("/plan/import/", {"file": sent(geojson(plot("F1")))}).status_code == 403
        assert client.post("/plan/restore/", {"version": "1", "base": "1"}).status_code == 403
        assert (
            client.post(f"/plan/edit/?unit={drawn.firms[0].pk}", {"points": "", "base": 1}).status_code == 403
        )
    plan = api.plan_of(drawn.zone)
    assert plan is not None
    assert plan.n == 1


def test_the_picture_says_posture_in_words_and_has_its_table(sign_in: SignIn, emergency: SmallZone) -> None:
    api.import_plan(zone=emergency.zone, geojson=geojson(plot("F1")), by=emergency.root)
    page = sign_in(Role.DUTY_OFFICER).get("/plan/").content.decode()
    assert "战时Ⅱ级" in page
    assert "有 1 家企业还没有画在图上" in page
    assert "未画" in page
    assert "没有档案" in sign_in(Role.DUTY_OFFICER).get("/plan/", {"by": "risk"}).content.decode()


def test_a_contact_sees_his_own_plot_only(sign_in: SignIn, drawn: SmallZone) -> None:
    client = sign_in(Role.COMPANY, path=drawn.firms[0].path)
    page = client.get("/plan/").content.decode()
    assert "试验1厂" in page
    assert "试验2厂" not in page
    assert "F2" not in page
    shapes = json.loads(client.get("/plan/download/").content)["features"]
    assert [one["properties"].get("code") for one in shapes] == ["F1", None]


def test_the_page_asks_a_fixed_number_of_questions(
    sign_in: SignIn, drawn: SmallZone, django_assert_num_queries: Any
) -> None:
    for path in (drawn.firms[0].path, "/"):
        client = sign_in(Role.CLERK, path=path)
        with django_assert_num_queries(12):
            client.get("/plan/")


def test_a_drawing_comes_in_whole_or_not_at_all(sign_in: SignIn, world: SmallZone) -> None:
    client = sign_in(Role.ORGANISER)
    mixed = geojson(plot("F1"), plot("NOPE", 200), plot("F2", 400, closed=False), plot("F1", 600))
    answer = client.post("/plan/import/", {"file": sent(mixed)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "合格 1 个，不合格 3 个" in page
    for words in ("第 2 个图形", "NOPE", "没有闭合", "在前面已经画过"):
        assert words in page
    assert api.plan_of(world.zone) is None
    answer = client.post("/plan/import/", {"file": sent(mixed), "partial": "on"}, follow=True)
    assert "导入 1 个图形，拒收 3 个。" in answer.content.decode()
    plan = api.plan_of(world.zone)
    assert plan is not None
    assert (plan.n, len(plan.geojson["features"])) == (1, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe{", "不是可以读取的 GeoJSON"),
        (b'{"type": "FeatureCollection", "features": NaN}', "不是可以读取的 GeoJSON"),
        (b"[" * 100_000, "不是可以读取的 GeoJSON"),
        (b"{}", "FeatureCollection"),
        (b" " * (5 * 1024 * 1024 + 1), "超过 5 MB"),
    ],
)
def test_what_is_no_drawing_is_refused(sign_in: SignIn, world: SmallZone, data: bytes, words: str) -> None:
    answer = sign_in(Role.ORGANISER).post("/plan/import/", {"file": sent(data), "partial": "on"})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_plot_is_moved_refused_and_restored(sign_in: SignIn, drawn: SmallZone) -> None:
    client = sign_in(Role.ORGANISER)
    address = f"/plan/edit/?unit={drawn.firms[0].pk}"
    assert "100 80" in client.get(address).content.decode()
    crossed = client.post(address, {"points": "0 0\n10 10\n10 0\n0 10", "base": 1})
    assert crossed.status_code == 422
    assert "互相交叉" in crossed.content.decode()
    letters = client.post(address, {"points": "0 0\nx 1", "base": 1})
    assert "第 2 行应是两个数字" in letters.content.decode()
    over = client.post(address, {"points": "150 10, \n250\uff0c10\n250 60\n150 60", "base": 1}, follow=True)
    assert "平面图已存为第 2 版。" in over.content.decode()
    assert "与这些地块重叠：地块200。" in over.content.decode()
    late = client.post(address, {"points": "0 0\n9 0\n9 9", "base": 1})
    assert late.status_code == 422
    assert "已被他人改动，现为第 2 版" in late.content.decode()
    gone = client.post(address, {"points": " ", "base": 2}, follow=True)
    assert "平面图已存为第 3 版。" in gone.content.decode()
    back = client.post("/plan/restore/", {"version": "1", "base": "3"}, follow=True)
    assert "恢复第 1 版" in back.content.decode()
    plan = api.plan_of(drawn.zone)
    assert plan is not None
    assert plan.n == 4
    assert api.outline_of(plan, "F1") == [(0, 0), (100, 0), (100, 80), (0, 80)]
    assert [one.n for one in api.plan_versions(drawn.zone)] == [4, 3, 2, 1]
    assert client.post("/plan/restore/", {"version": "9", "base": "4"}).status_code == 404
    assert client.post("/plan/restore/", {"version": "1", "base": "3"}).status_code == 409


def test_a_unit_of_another_zone_is_not_drawn(sign_in: SignIn, drawn: SmallZone) -> None:
    from pingzhan.domain.territory.enums import UnitKind

    far = api.create_unit(kind=UnitKind.ZONE, code="T2", name="另一开发区", parent=None, by=drawn.root)
    there = api.create_unit(kind=UnitKind.AREA, code="T2-A", name="别区", parent=far, by=drawn.root)
    client = sign_in(Role.ORGANISER, path=drawn.zone.path)
    address = f"/plan/edit/?unit={there.pk}"
    assert client.post(address, {"points": "0 0\n9 0\n9 9", "base": 0}).status_code == 404
    assert client.get(f"/plan/edit/?zone={far.pk}").status_code == 404
