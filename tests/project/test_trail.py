"""Every kind of record has a sentence, so that the trail never shows a bare code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pingzhan.domain.command.enums import TaskVerb
from pingzhan.foundation.audit import verb_choices
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


def test_every_recorded_verb_has_a_sentence() -> None:
    verbs = set(recorded())
    assert len(verbs) > 50
    assert verbs - {verb for verb, _title in verb_choices()} == set()
