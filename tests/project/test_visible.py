"""Every model that a page can show has a list filter by the reader's rights, or a reason why it needs none."""

from __future__ import annotations

import ast
from functools import cache

import pytest
from django.apps import apps
from django.db.models import Model

from tests.project.house import SRC

#: Models without a filter of their own, each with the reason.
REASONS = {
    "accounts.User": "accounts are not of a unit; the pages that list them ask for MANAGE_ACCOUNTS or EDIT_STRUCTURE",
    "accounts.SetupLink": "never shown; found by the hash of a token that only its owner holds",
    "accounts.PastPassword": "never shown",
    "accounts.SignIn": "a person sees his own only (access.sessions)",
    "access.RoleGrant": "shown with the account, or by access.explain to who may ask",
    "live.Change": "topics without content",
    "options.OptionValue": "settings of the installation; MANAGE_SETTINGS",
    "accounts.SharedValue": "hashes and counts of the sign-in and search limits; never shown",
    "jobs.LoopBeat": "the machine's own pulse",
    "audit.AuditRecord": "filtered by unit in pages/console/audit (visible_records)",
    "audit.AuditAnchor": "hashes only; VERIFY_AUDIT",
    "photos.Photo": "whoever may read its owner opens it (photos.owners), one at a time",
    "audit.AuditSegment": "hashes only; VERIFY_AUDIT",
}
#: Rows that are only ever reached through a row that is filtered; the whole app's other models follow these.
PARTS_OF = {
    "organisation": "StructureVersion and Person are filtered; groups, posts, holders, findings hang on them",
    "roster": "Shift, Roster, SwapRequest and Handover are filtered; changes, lines, turns hang on them",
    "frontline": "Place, Posting and SiteVisit are filtered; adoptions hang on their zone",
    "command": "Seat and Activation are filtered; tasks, causes, tenures, duties hang on them",
    "territory": "Unit and Enterprise are filtered; sites, shifts, teams, plans hang on them",
    "obligations": "Obligation and Waiver are filtered; duties, demands, marks and counts hang on their units",
    "measures": "MeasureSet, SetVersion, Force and Restriction are filtered; measures and parameters hang on a version",
    "health": "counts by VIEW_LEDGERS, names by VIEW_HEALTH of the unit (health.rules), asked by every query",
    "people": "the roster queries start from what the reader may see",
    "gate": "Visit, Appointment, VehicleEntry, Meeting and GoodsLot are filtered; steps and permits hang on them",
    "supplies": "Batch, Entry, StockCheck and Purchase are filtered; movements and lines hang on them",
    "sanitation": "Area, Entry, Record, CanteenMeal, SittingPlan and KitchenCheck are filtered; lines hang on plans",
    "premises": "Plan, Training, Exercise, Incident, Figures are filtered; lines hang on them, duty days on their unit",
    "returnees": "Application and Region are filtered; decisions hang on their application",
    "screening": "Round, PlanVersion, Slot, team, laboratory and Exemption are filtered; the rest hang on a round",
    "outbox": "notices, letters and channels are filtered or ask for VIEW_MESSAGES, MANAGE_CHANNELS",
    "imports": "ImportJob is filtered",
    "exports": "ExportJob is filtered",
    "privacy": "asked for by MANAGE_PRIVACY, ORDER_ERASURE, VERIFY_AUDIT",
    "documents": "documents are filtered",
    "runs": "RunRow is filtered",
    "drills": "Drill and Review are filtered; script, events, actions, hand-over notes hang on them",
    "reporting": "Report, Due and ZeroLine are filtered; entries and counters hang on them",
    "orders": "Order, Meeting, Decision and Batch are filtered; events, targets hang on them",
}


def own_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("pingzhan.") and not hasattr(model, "pgh_tracked_model")
    ]


@cache
def filtered_apps() -> set[str]:
    """Return the apps (by label) that define a function or method whose name says visible."""
    found = set()
    for config in apps.get_app_configs():
        if not config.name.startswith("pingzhan."):
            continue
        folder = SRC.joinpath(*config.name.split(".")[1:])
        for path in folder.rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            functions = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
            if any("visible" in name for name in functions):
                found.add(config.label)
                break
    return found


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_a_model_is_filtered_or_says_why_not(model: type[Model]) -> None:
    label = model._meta.label
    here = getattr(model._default_manager, "visible_to", None) is not None
    module = model._meta.app_label
    known = (
        here or label in REASONS or (module in PARTS_OF and module in filtered_apps()) or module == "access"
    )
    assert known, (
        f"{label}: give it visible_to(actor) in its module's rules, or a line with the reason in REASONS"
        " (tests/project/test_visible.py)"
    )


def test_the_reasons_are_not_stale() -> None:
    labels = {model._meta.label for model in own_models()}
    assert set(REASONS) - labels == set()
