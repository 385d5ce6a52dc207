"""The command line plans again after something has happened, and with drivers who fetch the samples."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from pingzhan.config.cli import cli

ROUND = {
    "version": 1,
    "round": {"id": "r", "seed": 1, "budget": {"iterations": 20}},
    "labs": [{"id": "lab", "pos": [0, 0], "tubes_per_h": 60}],
    "sites": [{"id": f"s{n}", "pos": [n + 1, 0], "cohorts": [{"id": "c", "persons": 60}]} for n in range(4)],
    "teams": [{"id": "a", "samplers": 2}, {"id": "b", "samplers": 2}],
}


def test_a_lost_team_is_replanned_and_the_check_knows_both_plans(tmp_path: Path) -> None:
    round_, plan, change, out = (tmp_path / f"{name}.json" for name in ("round", "plan", "change", "out"))
    round_.write_text(json.dumps(ROUND), encoding="utf-8")
    happened = [{"kind": "team_out", "team": "a"}, {"kind": "site_closed", "site": "s3"}]
    change.write_text(json.dumps({"version": 1, "changes": happened}), encoding="utf-8")
    run = CliRunner()
    assert run.invoke(cli, ["plan", "round", str(round_), "-o", str(plan), "--by", "greedy"]).exit_code == 0
    asked = [str(round_), str(plan), "--at", "455", "--change", str(change), "-o", str(out)]
    done = run.invoke(
        cli, ["plan", "replan", *asked, "--mode", "least-change", "--iterations", "5", "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["violations"] == 0
    assert [(one["site"], one["reason"]) for one in told["unserved"]] == [("s3", "site_closed")]
    written = json.loads(out.read_text(encoding="utf-8"))
    assert (
        sum(len(trip["visits"]) for team in written["teams"] if team["id"] == "b" for trip in team["trips"])
        >= 2
    )
    checked = run.invoke(cli, ["plan", "check", str(round_), str(out), "--before", str(plan)])
    assert checked.exit_code == 0, checked.output
    spoilt = json.loads(out.read_text(encoding="utf-8"))
    spoilt["replan"]["unserved"] = []
    out.write_text(json.dumps(spoilt), encoding="utf-8")
    assert run.invoke(cli, ["plan", "check", str(round_), str(out), "--before", str(plan)]).exit_code == 2


def test_drivers_are_planned_and_checked_and_too_few_of_them_are_said(tmp_path: Path) -> None:
    round_, plan = tmp_path / "round.json", tmp_path / "plan.json"
    run, asked = CliRunner(), [str(round_), "-o", str(plan)]
    round_.write_text(json.dumps({**ROUND, "couriers": {"drivers": 2}}), encoding="utf-8")
    done = run.invoke(cli, ["plan", "round", *asked])
    assert done.exit_code == 0, done.output
    assert "\u9001\u6837\u5458 1 \u540d\uff08\u6700\u591a 2 \u540d\uff09" in done.stdout
    checked = run.invoke(cli, ["plan", "check", str(round_), str(plan)])
    assert checked.exit_code == 0, checked.output
    spoilt = json.loads(plan.read_text(encoding="utf-8"))
    spoilt["couriers"][0]["trips"][0]["pickups"][0]["at"] -= 600
    plan.write_text(json.dumps(spoilt), encoding="utf-8")
    checked = run.invoke(cli, ["plan", "check", str(round_), str(plan)])
    assert checked.exit_code == 2
    assert "\u91c7\u6837\u6ca1\u6709\u7ed3\u675f\u5c31\u6765\u53d6" in checked.output
    few = {**ROUND, "couriers": {"drivers": 1}, "params": {"age_max_min": 46}}
    round_.write_text(json.dumps(few), encoding="utf-8")
    done = run.invoke(cli, ["plan", "round", *asked, "--json"])
    told = json.loads(done.stdout)["fetching"]
    assert (told["kept"], told["enough"]) == (False, 2)
    assert {one["reason"] for one in told["unfetched"]} == {"drivers"}
    done = run.invoke(cli, ["plan", "round", *asked])
    assert "1 \u540d\u9001\u6837\u5458\u9001\u4e0d\u5b8c\uff0c2 \u540d\u5c31\u591f" in done.stdout
    assert "\u6ca1\u6709\u4eba\u6765\u53d6" in done.stdout
    assert run.invoke(cli, ["plan", "check", str(round_), str(plan)]).exit_code == 2
