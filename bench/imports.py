"""100,000 workers from one .xlsx: read, checked, previewed, stored, while other people go on working.

``python -m bench.imports [--rows N]`` makes a database of its own on the server of PINGZHAN_DATABASE_URL, writes a
file with 1 % bad rows of twelve kinds, and has a worker process import it as a person would: upload, preview,
confirm. It prints one JSON object: seconds of each step, peak memory of the worker (VmHWM), the ratio to
reading the same file with calamine alone (measured in the same run), the p95 of another user's writes
meanwhile, and what a second import of the same file does. Exit code 1 when a promise is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROWS = 100_000
ENTERPRISES = 200
BAD_KINDS = 12
GATES = {"seconds": 60.0, "peak_mb": 700.0, "other_writes_p95_ms": 200.0}
HEADER = (
    "姓名", "证件号码", "手机", "住址", "企业", "工号", "岗位", "用工形式", "班组", "宿舍", "食堂", "就餐批次",
    "重点人群", "入职日期", "离职日期",
)  # fmt: skip
FAMILY, GIVEN = "林顾沈陆谷叶温苏祝纪", "知远清和亦舟怀瑾若溪明川景行"


def number(n: int) -> str:
    """Return an identity number nobody alive has: born in the 19th century."""
    from pingzhan.kernel.idnumber import check_character

    born = f"{1800 + n // 30_000}{1 + n // 2_800 % 12:02d}{1 + n // 100 % 28:02d}"
    body = f"37{n // 1_000 % 10}62{n % 10}{born}{n % 1_000:03d}"
    return body + check_character(body)


def row(n: int) -> list[Any]:
    """Return a sound row."""
    name = FAMILY[n % 10] + GIVEN[n % 14] + GIVEN[n * 5 % 14]
    return [
        name, number(n), f"138{n:08d}", f"云岭路 {n % 900} 号", f"BE{n % ENTERPRISES:03d}", f"W{n:06d}", "操作工",
        "本企业职工", "", "", "", "", "", "2026-03-02", "",
    ]  # fmt: skip


def spoil(cells: list[Any], n: int) -> None:
    """Make a row bad in one of twelve ways."""
    kind = n // 100 % BAD_KINDS
    at, value = (
        (0, ""),
        (1, ""),
        (1, cells[1][:17] + ("0" if cells[1][17] != "0" else "1")),
        (1, cells[1][:15]),
        (1, float(cells[1][:17] + "0")),
        (1, number(n + 1)),
        (2, "1380000"),
        (4, "没有这家企业"),
        (7, "外星人"),
        (13, "03/02/2026"),
        (13, "2026-02-30"),
        (13, ""),
    )[kind]
    cells[at] = value


def write_file(path: Path, rows: int) -> None:
    """Write the workbook; every hundredth row is bad."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, HEADER)
        for n in range(rows):
            cells = row(n)
            if n % 100 == 50:
                spoil(cells, n)
            for at, value in enumerate(cells):
                if isinstance(value, float):
                    sheet.write_number(n + 1, at, value)
                elif value:
                    sheet.write_string(n + 1, at, value)


def calamine_alone(path: Path) -> float:
    """Return the seconds that reading all cells takes, in a process of its own."""
    code = (
        "import sys,time,python_calamine as c;t=time.perf_counter();"
        "c.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python();"
        "print(time.perf_counter()-t)"
    )
    times = [
        float(
            subprocess.run([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, check=True).stdout
        )
        for _n in range(3)
    ]
    return sorted(times)[1]


def build() -> Any:
    """Fill the database with a zone and its enterprises; return the account that imports."""
    from tests.domain.command.park import make_unit
    from tests.factories.accounts import account

    from pingzhan.foundation.access.roles import Role

    zone = make_unit("zone", "BZ")
    for n in range(ENTERPRISES):
        make_unit("enterprise", f"BE{n:03d}", zone, headcount=ROWS // ENTERPRISES)
    return account(Role.COMPANY, name="林知远", path=zone.path)


@contextmanager
def others(samples: list[float]) -> Iterator[None]:
    """Let another person write (an account, with its line in the trail) twenty times a second."""
    stop = threading.Event()

    def work() -> None:
        from django.db import connections

        from pingzhan.foundation.access.actions import open_account
        from pingzhan.foundation.access.actor import system_actor

        n = 0
        while not stop.wait(0.05):
            begin = time.perf_counter()
            open_account(username=f"other{n}", name="别人", password=None, by=system_actor("测量"))
            samples.append((time.perf_counter() - begin) * 1_000)
            n += 1
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def worker() -> Iterator[subprocess.Popen[str]]:
    """Run a worker of the heavy lane; it prints its peak memory when it ends."""
    from tests.foundation.children import environment

    process = subprocess.Popen(
        [sys.executable, "-m", "bench.imports", "--worker"],
        env={**environment(), "PINGZHAN_UPLOAD_DIR": os.environ["PINGZHAN_UPLOAD_DIR"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()


def be_worker() -> None:
    """Work until standard input ends, then print the peak of resident memory in MB."""
    import django

    from pingzhan.config.tuning import calm_collector

    django.setup()
    calm_collector()
    from pingzhan.foundation.runs.lanes import lane_process

    lane_process()
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            print(int(line.split()[1]) / 1024)


def until(job: Any, *states: str) -> float:
    """Wait for a state and return the moment."""
    while job.state not in states:
        time.sleep(0.02)
        job.refresh_from_db()
        if job.state == "failed":
            raise SystemExit(f"{job.error} {job.hint}")
    return time.perf_counter()


def measure(path: Path, user: Any) -> dict[str, Any]:
    """Import the file twice and return the numbers."""
    from pingzhan.foundation.access.actor import actor_of
    from pingzhan.foundation.imports import preview
    from pingzhan.foundation.imports.actions import confirm, upload

    actor = actor_of(user)

    def send() -> Any:
        with path.open("rb") as file:
            return upload(
                key="people.workers",
                scope_code="BZ",
                name=path.name,
                chunks=iter(lambda: file.read(65536), b""),
                by=actor,
            )

    samples: list[float] = []
    with worker() as process:
        time.sleep(3)  # the worker waits for work all day; its start is not the clerk's time
        with others(samples):
            begin = time.perf_counter()
            job = send()
            checked = until(job, "ready")
            preview.bad_cells(job, 1)
            preview.rows(job, 1)
            seen = time.perf_counter()
            confirm(job=job, new=True, changed=True, by=actor)
            done = until(job, "done")
        again = send()
        until(again, "ready")
        peak = float(process.communicate()[0])
    kinds = {tuple(one[:2]) for one in job.summary["reasons"]}
    assert job.total == job.stored + job.same + job.refused + job.left_out
    samples.sort()
    return {
        "rows": job.total,
        "stored": job.stored,
        "refused": job.refused,
        "bad_cells": job.bad_cells,
        "reasons": len(kinds),
        "check_s": round(checked - begin, 2),
        "preview_s": round(seen - checked, 3),
        "store_s": round(done - seen, 2),
        "seconds": round(done - begin, 2),
        "peak_mb": round(peak),
        "other_writes": len(samples),
        "other_writes_p50_ms": round(samples[len(samples) // 2], 1),
        "other_writes_p95_ms": round(samples[int(len(samples) * 0.95)], 1),
        "other_writes_max_ms": round(samples[-1], 1),
        "second_import": {"new": again.found_new, "changed": again.found_changed, "same": again.found_same},
    }


def main() -> None:
    """Make the database, measure, print, and drop the database again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--worker", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingzhan.config.settings")
    if asked.worker:
        be_worker()
        return
    with tempfile.TemporaryDirectory(prefix="pz-bench-imports-") as folder:
        os.environ["PINGZHAN_UPLOAD_DIR"] = f"{folder}/uploads"
        os.environ["PINGZHAN_KEY_DIR"] = f"{folder}/keys"
        import django

        django.setup()
        from django.db import connection

        from pingzhan.foundation.privacy import keyring

        keyring.create()
        path = Path(folder) / "花名册.xlsx"
        write_file(path, asked.rows)
        alone = calamine_alone(path)
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            result = measure(path, build())
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        result |= {
            "bench": "imports",
            "file_mb": round(path.stat().st_size / 1e6, 1),
            "calamine_alone_s": round(alone, 2),
            "ratio_to_calamine": round(result["seconds"] / alone, 1),
            "load": round(os.getloadavg()[0], 1),
        }
    failed = [name for name, limit in GATES.items() if result[name] > limit]
    if result["second_import"] != {"new": 0, "changed": 0, "same": result["stored"]}:
        failed.append("second_import")
    print(json.dumps({**result, "gates": GATES, "failed": failed}, ensure_ascii=False))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
