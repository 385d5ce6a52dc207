"""From upload to stored rows: outcomes, counts, choices, repetition, who may."""

from __future__ import annotations

import pytest
from django.db import connection

from pingzhan.foundation.access.actor import ANONYMOUS, Actor, link_actor
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.imports import preview
from pingzhan.foundation.imports.actions import ERRORS, cancel, confirm, resume, upload
from pingzhan.foundation.imports.models import ImportJob, ImportState
from pingzhan.foundation.imports.rules import can_see
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import actor_with
from tests.foundation.imports import sample
from tests.foundation.imports.files import GOOD, HEADER, send, store, xlsx


def found(job: ImportJob) -> tuple[int, int, int, int]:
    return job.found_new, job.found_changed, job.found_same, job.found_refused


def kept() -> dict[str, dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM import_sample")
        codes = [row[0] for row in cursor.fetchall()]
    return sample.stored(codes)


def test_a_file_is_checked_previewed_and_stored(clerk: Actor) -> None:
    bad = ("A-002", "", "110101180001010016", "138", "31/01/2026", "五", -1, "尚可", "大概", "甲A12345", "")
    job = send(clerk, xlsx([HEADER, GOOD, bad]))
    assert (job.state, found(job), job.total) == ("ready", (1, 0, 0, 1), 2), job.error
    cells = preview.bad_cells(job, 1)
    assert [(one.place, one.title) for one in cells] == [
        (f"{letter}3", title) for letter, title in zip("BCDEFGHIJ", HEADER[1:10], strict=True)
    ]
    assert [one.message for one in cells] == [
        "名称不能为空。",
        "身份证号码的校验位不对，请核对是否填错一位。",
        "手机号码应为 11 位。",
        "这种日期写法分不清年、月、日；请写成 2026-01-31 的样子。",
        "应填数字。",
        "不能小于 0。",
        "只能填：完好、损坏。",
        "只能填“是”或“否”。",
        "车牌号应以省、自治区、直辖市的简称开头。",
    ]
    assert cells[1].typed == "110********16"
    assert kept() == {}
    job = store(clerk, job)
    assert (job.state, job.stored_new, job.refused, job.stored + job.same + job.refused) == ("done", 1, 1, 2)
    row = kept()["A-001"]
    assert (row["name"], row["keeper"], row["state"], row["urgent"], row["amount"]) == (
        "轴承",
        GOOD[2],
        "good",
        True,
        5,
    )
    assert str(row["since"]) == "2026-01-31"
    assert sample.finished == [{"total": 2, "new": 1, "changed": 0, "same": 0, "refused": 1, "left_out": 0}]
    verbs = list(
        AuditRecord.objects.filter(subject_kind="import").order_by("id").values_list("verb", flat=True)
    )
    assert verbs == ["import.uploaded", "import.confirmed", "import.finished"]


def test_the_second_import_of_the_same_file_changes_nothing(clerk: Actor) -> None:
    data = xlsx([HEADER, GOOD, ("A-002", "垫圈", *[""] * 9)])
    store(clerk, send(clerk, data))
    job = send(clerk, data)
    assert found(job) == (0, 0, 2, 0)
    with pytest.raises(Invalid):
        confirm(job=job, new=True, changed=True, by=clerk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(writes) FROM import_sample")
        assert cursor.fetchone() == (1,)


def test_a_change_shows_what_was_and_what_would_be(clerk: Actor) -> None:
    store(clerk, send(clerk, xlsx([HEADER, GOOD])))
    job = send(clerk, xlsx([HEADER, ("A-001", "滚珠轴承", *GOOD[2:5], 7, *GOOD[6:])]))
    assert found(job) == (0, 1, 0, 0)
    (change,) = preview.changes(job, 1)
    assert (change.row, change.label) == (2, "A-001")
    assert change.changes == [("名称", "轴承", "滚珠轴承"), ("数量", "5", "7")]
    store(clerk, job)
    assert kept()["A-001"]["amount"] == 7


def test_only_chosen_classes_are_stored_and_the_rest_is_counted(clerk: Actor) -> None:
    store(clerk, send(clerk, xlsx([HEADER, GOOD])))
    data = xlsx([HEADER, ("A-001", "改名", *GOOD[2:]), ("A-002", "新的", *[""] * 9)])
    job = store(clerk, send(clerk, data), new=True, changed=False)
    assert (job.stored_new, job.stored_changed, job.left_out, job.total) == (1, 0, 1, 2)
    assert kept()["A-001"]["name"] == "轴承"


def test_nothing_is_stored_when_only_a_clean_file_is_wanted(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD, ("", "无号", *[""] * 9)]))
    with pytest.raises(Conflict) as refusal:
        confirm(job=job, new=True, changed=True, only_if_clean=True, by=clerk)
    assert refusal.value.code == "import_not_clean"
    assert kept() == {}


def test_the_world_may_move_between_preview_and_storing(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD, ("A-002", "垫圈", *[""] * 9)]))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO import_sample (code, name) VALUES ('A-002', '别的')")
    job = store(clerk, job, changed=False)
    assert (job.stored_new, job.stored_changed, job.left_out) == (1, 0, 1)
    assert kept()["A-002"]["name"] == "别的"


def test_duplicates_name_the_other_row(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD, ("B", "乙", *[""] * 9), ("a-001", "丙", *[""] * 9)]))
    assert found(job) == (2, 0, 0, 1)
    (one,) = preview.bad_cells(job, 1)
    assert (one.place, one.message) == ("A4", "与第 2 行重复。")


def test_reasons_of_the_target_are_shown_like_those_of_cells(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, (*GOOD[:10], "拒收")]))
    (one,) = preview.bad_cells(job, 1)
    assert (one.place, one.message) == ("K2", "这个零件不收。")


def test_reasons_stand_in_the_order_of_the_file_whoever_gives_them(clerk: Actor) -> None:
    rows = [(f"A-{n}", "" if n % 2 else "轴承", *[""] * 8, "拒收") for n in range(6)]
    job = send(clerk, xlsx([HEADER, *rows]))
    assert [one.place for one in preview.bad_cells(job, 1)] == ["K2", "B3", "K4", "B5", "K6", "B7"]


def test_pages_of_the_preview(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, *[("", f"第{n}", *[""] * 9) for n in range(2, 432)]]))
    assert preview.count(job, ERRORS) == 430
    rows = [[one.row for one in preview.bad_cells(job, page)] for page in range(1, 24)]
    assert [row for page in rows for row in page] == list(range(2, 432))
    assert [len(page) for page in rows] == [20] * 21 + [10, 0]


def test_a_waiting_import_can_be_cancelled_and_an_ended_one_cannot(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD]))
    cancel(job=job, by=clerk)
    job.refresh_from_db()
    assert job.state == ImportState.CANCELLED
    with pytest.raises(Conflict):
        confirm(job=job, new=True, changed=True, by=clerk)
    done = store(clerk, send(clerk, xlsx([HEADER, GOOD])))
    with pytest.raises(Conflict):
        cancel(job=done, by=clerk)
    with pytest.raises(Conflict):
        resume(job=done, by=clerk)


def test_a_queued_check_is_cancelled_at_once(clerk: Actor) -> None:
    job = upload(key="sample", scope_code="7", name="a.xlsx", chunks=[xlsx([HEADER, GOOD])], by=clerk)
    cancel(job=job, by=clerk)
    job.refresh_from_db()
    assert job.state == ImportState.CANCELLED
    assert drain() == []


def test_somebody_elses_import_does_not_exist(clerk: Actor) -> None:
    job = send(clerk, xlsx([HEADER, GOOD]))
    colleague = actor_with(Role.COMPANY, path="/7/")
    assert can_see(colleague, job)
    assert list(ImportJob.objects.visible_to(colleague)) == [job]
    refused = [
        actor_with(Role.COMPANY, path="/8/"),
        actor_with(Role.LEADER),
        actor_with(Role.DUTY_OFFICER),
        actor_with(Role.SYSTEM_ADMIN),
        actor_with(Role.SECURITY_ADMIN),
        actor_with(Role.AUDITOR),
        actor_with(Role.ORGANISER),
        actor_with(Role.OFFICIAL, path="/7/"),
        actor_with(Role.CLERK),
        actor_with(Role.PRIVACY_OFFICER),
        actor_with(),
        link_actor(7, "持链接者"),
        ANONYMOUS,
    ]
    for actor in refused:
        assert not can_see(actor, job), actor
        assert not ImportJob.objects.visible_to(actor).exists(), actor
        for act in (
            lambda: confirm(job=job, new=True, changed=True, by=actor),  # noqa: B023 - called at once
            lambda: cancel(job=job, by=actor),  # noqa: B023
            lambda: resume(job=job, by=actor),  # noqa: B023
            lambda: upload(key="sample", scope_code="7", name="a.csv", chunks=[b"x"], by=actor),  # noqa: B023
        ):
            with pytest.raises(NotFound):
                act()
    job.refresh_from_db()
    assert job.state == ImportState.READY
