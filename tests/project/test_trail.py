"""Every kind of record has a sentence, so that the trail never shows a bare code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pingzhan.domain.command.enums import TaskVerb
from pingzhan.foundation.audit import name_of, verb_choices
from pingzhan.foundation.audit.changes import _title, histories
from pingzhan.foundation.audit.history import copied_fields
from tests.project.house import SRC

#: Functions that write a record, and what they put in front of the verb they are given.
WRITERS = {"record": "", "_record": "", "note": "structure."}


def recorded() -> Iterator[str]:
    """Return the verbs written literally, those of an expression with its parts filled in."""
    for path in (*(SRC / "domain").rglob("*.py"), *(SRC / "foundation").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
                match node.args:
                    case [ast.Constant(value=str(verb)), *_]:
                        yield WRITERS[node.func.id] + verb
                    case [ast.JoinedStr(values=[ast.Constant(value="command.task_"), *_]), *_]:
                        # Parking and returning belong to a switch, which has its own record.
                        acts = set(TaskVerb) - {TaskVerb.PARK, TaskVerb.RETURN}
                        yield from (f"command.task_{verb}" for verb in acts)


def written_keys() -> Iterator[str]:
    """Return the keys that stand literally in the body of a record, in all its spellings."""
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name not in {*WRITERS, "_noted", "_recorded"}:
                continue
            for given in [*node.args, *(one.value for one in node.keywords)]:
                if isinstance(given, ast.Dict):
                    yield from (str(one.value) for one in given.keys if isinstance(one, ast.Constant))
            verbs = [one for one in node.args if isinstance(one, ast.Constant) and "." in str(one.value)]
            if name != "record" and verbs:
                yield from (one.arg for one in node.keywords if one.arg and one.arg != "body")


def test_every_recorded_verb_has_a_sentence() -> None:
    verbs = set(recorded())
    assert len(verbs) > 50
    assert verbs - {verb for verb, _title in verb_choices()} == set()


def test_every_value_of_a_record_has_a_name_for_people() -> None:
    keys = set(written_keys())
    assert len(keys) > 150
    assert {key for key in keys if name_of("", key) == key} == set()


def test_every_field_of_a_row_that_keeps_its_history_has_a_name_for_people() -> None:
    bare = {
        f"{label}.{column.name}"
        for label, events in histories().items()
        for column in copied_fields(events)
        if not column.primary_key and _title(column).isascii()
    }
    assert bare == set()
