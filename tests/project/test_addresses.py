"""No address is forgotten: full pages are opened in a real browser, every other address by some test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from tests.project.house import ROOT

#: Full pages that no journey names, each with its reason.
NOT_IN_A_JOURNEY = {
    "home": "only leads to the first screen; every sign-in of a journey passes it",
    "setup": "needs a system that is not set up, which the demo site of the journeys is",
    "health": "not a page for people; the site of the journeys waits for it",
    "health:case": "opens for a case, whose number the demo does not fix; test_health reaches one by its link",
    "testing:chase": "opens for a round, whose number the demo's days decide; test_rounds reaches one by its link",
    "pursuits:show": "opens for a pursuit, and no tube of the demo is positive; test_pursuits_pages opens one",
    "live": "a stream; every board of a journey holds one open",
    "reading:read": "its link goes out over a channel with an address; the demo site delivers letters inside only",
    "mfa_remove_webauthn": "asks about a security key, which a machine without one cannot add",
    "account_set_password": "shows no page: it refuses, since links of an administrator set first passwords",
}
#: Addresses that answer fragments, or change something and lead back to a page.
PARTS = {
    "ui-band", "ui-gallery", "field:worker",
    "wall:fragment", "sheet:file", "structure:contact_book",
    "duty:fragment", "duty:log", "duty:phone", "duty:replace", "duty:urge", "duty:put_back", "duty:code", "duty:fill",
    "switch:units", "switch:order", "switch:several_order",
    "tasks:fragment", "tasks:confirm", "tasks:arrive", "tasks:put_back", "tasks:name", "tasks:decline",
    "tasks:start", "tasks:feedback", "tasks:close",
    "reports:edit", "reports:recount", "reports:sign", "reports:correct", "reports:paper", "reports:start",
    "reports:drop", "reports:daily", "reports:ask_zero", "reports:urge", "reports:phone", "reports:tap",
    "reports:form", "reports:alert",
    "orders:act", "photos:show", "orders:decide", "orders:minutes",
    "structure:new", "structure:clone", "structure:answer", "structure:waive", "structure:publish",
    "structure:discard", "structure:enterprise_posts", "structure:deputies", "structure:change",
    "structure:change_row", "structure:remove", "structure:remove_contact", "structure:verify_contact",
    "structure:cancel_absence",
    "frontline:adopt", "frontline:arrive", "frontline:void_visit",
    "drills:live", "drills:start", "drills:end", "drills:cancel", "drills:report_file", "drills:fire",
    "drills:remove", "drills:review_write", "drills:review_action", "drills:review_handover",
    "drills:review_done", "drills:review_file", "drills:review_paper",
    "audit:export", "audit:rows",
    "imports:template", "imports:state", "imports:confirm", "imports:cancel", "imports:resume", "imports:errors",
    "imports:changes", "imports:rows", "imports:result",
    "exports:xlsx", "exports:csv", "exports:job", "exports:state", "exports:file",
    "privacy:days", "privacy:response", "privacy:decide", "privacy:progress", "privacy:reveal", "privacy:hide",
    "privacy:protocol_text", "privacy:protocol_json", "privacy:protocol_docx", "privacy:protocol_pdf",
    "documents:preview", "documents:from_activation", "documents:from_day", "documents:series",
    "documents:upload", "documents:example", "documents:switch", "documents:template_file",
    "documents:template_sample", "documents:submit", "documents:return", "documents:issue", "documents:file_away",
    "documents:withdraw", "documents:void", "documents:docx", "documents:pdf",
    "staff:open", "staff:link", "staff:active", "staff:grant", "staff:revoke", "staff:tie",
    "staff:unlock", "staff:reset_factors", "staff:invite", "staff:approve", "staff:issue", "staff:withdraw",
    "devices:issue", "devices:renew", "devices:revoke",
    "security:keep", "security:end", "security:end_others",
    "enterprises:batch_risk", "enterprises:row", "enterprises:close", "enterprises:reopen", "enterprises:scope",
    "roster:cancel", "roster:make_feed", "roster:end_feed", "roster:feed", "roster:answer", "roster:publish",
    "roster:discard", "roster:member", "roster:handover_act", "roster:cancel_absence", "roster:remove_holiday",
    "today:fragment", "today:proof", "today:zero", "today:tap", "today:notices",
    "health:normal", "health:settle",
    "plans:confirm", "plans:submit", "plans:decide", "incidents:act",
    "training:mark", "training:photos", "training:void",
    "canteen:keep", "canteen:end_meal", "canteen:propose", "canteen:publish", "canteen:move",
    "firm_duty:copy", "firm_duty:kept",
    "firm_duty:team_right", "firm_duty:leave", "firm_duty:drill_void",
    "gate:none", "gate:close_act", "gate:visit_out", "gate:visit_void", "gate:vehicle_out", "gate:vehicle_clean",
    "gate:vehicle_void", "gate:decide", "gate:cancel", "gate:permit_end", "gate:meeting_cancel",
    "supplies:same", "supplies:draft",
    "sanitation:planned", "sanitation:propose", "sanitation:retire", "sanitation:void",
    "rounds:make", "rounds:progress", "rounds:count", "rounds:plan", "rounds:off", "rounds:start", "rounds:close",
    "rounds:phone_issue", "rounds:phone_give", "rounds:phone_renew", "rounds:phone_stop",
    "rounds:adopt", "rounds:stop", "custody:give", "custody:settle",
    "rounds:member_add", "rounds:member_end", "testing:exempt", "testing:exempt_end",
    "pursuits:controlled", "pursuits:reported", "pursuits:close", "pursuits:release", "pursuits:decide",
    "returnees:observe", "returnees:recheck", "returnees:post", "returnees:withdraw", "returnees:override",
    "regions:add", "regions:end", "compliance:revoke",
    "measures:file", "measures:load", "measures:draft", "measures:publish", "measures:discard", "measures:check",
    "measures:measure_remove", "measures:parameter_remove", "measures:withdraw", "measures:restriction_check",
    "measures:refuse", "measures:lift",
    "workers:bulk", "plan:download", "plan:restore",
    "inbox:bell", "inbox:read", "jobs:progress", "jobs:cancel", "jobs:retry", "settings:change",
    "messages:channel_enable", "messages:channel_remove", "messages:channel_test", "messages:retry",
    "messages:retry_all", "messages:give_up", "messages:report",
}  # fmt: skip


def addresses(
    resolver: URLResolver | None = None, space: str = "", pattern: str = ""
) -> Iterator[tuple[str, str]]:
    """Return (name, pattern) of every address that our own code answers."""
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLResolver):
            inner = f"{space}{part.namespace}:" if part.namespace else space
            yield from addresses(part, inner, pattern + str(part.pattern))
        elif isinstance(part, URLPattern) and part.callback.__module__.startswith("pingzhan."):
            yield f"{space}{part.name}", pattern + str(part.pattern)


def written(node: ast.AST) -> str | None:
    """Return a string as it is written, with a number in place of each expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
    return None


def named_in(*folders: Path) -> set[str]:
    """Return the names of the addresses that the tests below the folders write down in one way or another."""
    known = dict(addresses())
    found = set()
    for folder in folders:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = written(node)
                if text is None:
                    continue
                if text in known:
                    found.add(text)
                elif text.startswith("**/"):
                    found |= {name for name, pattern in known.items() if pattern.endswith(text[2:])}
                elif text.startswith("/"):
                    try:
                        match = resolve(text.partition("?")[0])
                    except Resolver404:
                        continue
                    found.add(match.view_name)
    return found


def test_full_pages_are_opened_in_a_browser() -> None:
    pages = {name for name, _pattern in addresses()} - PARTS - set(NOT_IN_A_JOURNEY)
    assert pages - named_in(ROOT / "tests" / "journeys") == set()


def test_every_other_address_is_tested() -> None:
    tested = named_in(ROOT / "tests" / "pages", ROOT / "tests" / "foundation", ROOT / "tests" / "journeys")
    assert (PARTS | set(NOT_IN_A_JOURNEY)) - tested == set()


def test_the_lists_are_not_stale() -> None:
    names = {name for name, _pattern in addresses()}
    assert (PARTS | set(NOT_IN_A_JOURNEY)) - names == set()
