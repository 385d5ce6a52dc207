"""Executing an order: count, destroy files and keys, overwrite, change the site's keys, count, write it down.

Every stage can be killed and is taken up from its checkpoint. The order of the stages matters: once a
person's key is gone, the master key that once sealed it is replaced and destroyed too, since an older copy of
the database still holds the sealed key; likewise the look-up key, since it still holds the hashes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.audit import head, record
from pingzhan.foundation.privacy import keyring, protocol, retention, rotation
from pingzhan.foundation.privacy.erasing import WORK
from pingzhan.foundation.privacy.file_stores import file_stores
from pingzhan.foundation.privacy.holders import Holder, holders
from pingzhan.foundation.privacy.models import Erasure, ErasureScope, ErasureState, ErasureSubject, Subject
from pingzhan.foundation.runs.registry import Run, work

BATCH = 500
SYSTEM = "privacy"


@work(WORK, title=gettext_lazy("销毁个人信息"), tries=20, lease=120, heavy=True)
def erase(run: Run) -> dict[str, Any]:
    """Carry out the order named in the parameters; its protocol holds the counts."""
    erasure = Erasure.objects.get(pk=run.params["erasure"])
    if erasure.state == ErasureState.DONE:
        return {"erasure": erasure.pk}
    state = run.checkpoint
    total = erasure.subjects.count()
    if "before" not in state:
        state = state | {"before": _counts(erasure), "changed": {}, "keys": 0}
        run.progress(0, total, _("已清点"), checkpoint=state)
    if "files" not in state:
        state = _destroy_files(run, state)
    state = _destroy(run, erasure, state, total)
    if erasure.scope == ErasureScope.RESPONSE and "rules" not in state:
        state = state | {"rules": _remove_rows(run, erasure, total)}
        run.progress(total, total, _("已清理到期记录"), checkpoint=state)
    if "masters" not in state:
        state = state | {"masters": list(keyring.load().masters), "lookups": list(keyring.load().lookups)}
        rotation.begin_masters()
        run.progress(total, total, _("正在更换主密钥"), checkpoint=state)
    rotation.finish_masters(by=system_actor(SYSTEM), tell=lambda _done, _all: run.keep())
    if "rehashed" not in state:
        run.progress(total, total, _("正在更换查找密钥"))
        _keys, rows = rotation.rotate_lookup(by=system_actor(SYSTEM))
        state = state | {"rehashed": rows}
        run.progress(total, total, _("正在生成记录书"), checkpoint=state)
    return _finish(erasure, state)


def _by_kind(erasure: Erasure) -> dict[str, int]:
    return dict(
        erasure.subjects.values_list("subject__kind")
        .annotate(n=Count("pk"))
        .order_by("subject__kind")
        .values_list("subject__kind", "n")
    )


def _batches(erasure: Erasure, kind: str) -> Iterator[list[int]]:
    after = 0
    while True:
        ids = list(
            erasure.subjects.filter(subject__kind=kind, subject_id__gt=after)
            .order_by("subject_id")
            .values_list("subject_id", flat=True)[:BATCH]
        )
        if not ids:
            return
        yield ids
        after = ids[-1]


def _counts(erasure: Erasure) -> dict[str, int]:
    """Return how many rows each holder has of these persons, by 'kind:holder'."""
    found: dict[str, int] = {}
    for kind in _by_kind(erasure):
        for holder in holders(kind):
            found[f"{kind}:{holder.key}"] = sum(holder.count(ids) for ids in _batches(erasure, kind))
    return found


def _destroy_files(run: Run, state: dict[str, Any]) -> dict[str, Any]:
    """Destroy uploads and exports that exist, before the persons: none of them may bring one back."""
    with transaction.atomic():
        state = state | {"files": {store.key: store.destroy() for store in file_stores()}}
        run.save_checkpoint(state)
    return state


def _destroy(run: Run, erasure: Erasure, state: dict[str, Any], total: int) -> dict[str, Any]:
    """Overwrite and destroy keys, a batch and its checkpoint per transaction."""
    while True:
        with transaction.atomic():
            waiting = list(
                ErasureSubject.objects.select_for_update(no_key=True, of=("self",))
                .filter(erasure=erasure, done_at__isnull=True)
                .order_by("subject_id")
                .values_list("subject_id", "subject__kind")[:BATCH]
            )
            if not waiting:
                return state
            state = state | {"changed": dict(state["changed"])}
            for kind in sorted({kind for _subject, kind in waiting}):
                ids = [subject for subject, its in waiting if its == kind]
                for holder in holders(kind):
                    key = f"{kind}:{holder.key}"
                    state["changed"][key] = state["changed"].get(key, 0) + holder.scrub(ids)
            ids = [subject for subject, _kind in waiting]
            state["keys"] += Subject.objects.filter(pk__in=ids, wrapped__isnull=False).update(
                wrapped=None, erased_at=Now()
            )
            ErasureSubject.objects.filter(erasure=erasure, subject__in=ids).update(done_at=Now())
            run.save_checkpoint(state)
        done = ErasureSubject.objects.filter(erasure=erasure, done_at__isnull=False).count()
        run.progress(done, total, _("正在覆盖和销毁密钥"))


def _remove_rows(run: Run, erasure: Erasure, total: int) -> dict[str, int]:
    """Remove all rows of the rules that are bound to a response, up to the time the order was approved."""
    assert erasure.decided_at is not None
    removed: dict[str, int] = {}
    for rule in retention.rules():
        if not rule.response or rule.subjects:
            continue
        before = _removed_so_far(rule.key)
        for _so_far in retention.sweep_all_of_response(rule, erasure.decided_at):
            run.keep()
        removed[rule.key] = _removed_so_far(rule.key) - before
    return removed


def _removed_so_far(key: str) -> int:
    from pingzhan.foundation.privacy.models import RetentionMark

    return RetentionMark.objects.filter(rule=key).values_list("total", flat=True).first() or 0


def _finish(erasure: Erasure, state: dict[str, Any]) -> dict[str, Any]:
    after = _counts(erasure)
    ring = keyring.load()
    with transaction.atomic():
        row = Erasure.objects.select_for_update(no_key=True, of=("self",)).get(pk=erasure.pk)
        row.state = ErasureState.DONE
        row.finished_at = clock.now()
        row.save(update_fields=["state", "finished_at"])
        records, last = head()
        facts = protocol.Facts(
            number=row.pk,
            scope=row.scope,
            basis=row.basis,
            rule=row.rule,
            unit_path=row.unit_path,
            proposed_by=row.proposed_name,
            proposed_at=row.proposed_at.isoformat(),
            approved_by=row.decided_name,
            approved_at=row.decided_at.isoformat() if row.decided_at else "",
            executed_by=row.executed_name,
            started_at=row.started_at.isoformat() if row.started_at else "",
            finished_at=row.finished_at.isoformat(),
            subjects=row.subjects.count(),
            keys_destroyed=state["keys"],
            holders=_holder_lines(row, state, after),
            rules=_rule_lines(state.get("rules", {})),
            files=_file_lines(state["files"]),
            kept=[(str(item.label), str(item.why)) for item in retention.kept()],
            masters_destroyed=[key for key in state["masters"] if key not in ring.masters],
            lookups_destroyed=[key for key in state["lookups"] if key not in ring.lookups],
            rehashed=state["rehashed"],
            trail_records=records,
            trail_head=last,
        )
        made = protocol.store(row, facts)
        rows = sum(state["changed"].values()) + sum(state.get("rules", {}).values())
        record(
            "privacy.erased",
            by=system_actor(SYSTEM),
            subject=("erasure", row.pk),
            unit_path=row.unit_path,
            body={
                "subjects": facts.subjects,
                "keys": facts.keys_destroyed,
                "rows": rows,
                "files": sum(one.count for one in facts.files),
                "sha": made.sha,
            },
        )
    return {"erasure": row.pk, "subjects": facts.subjects, "rows": rows}


def _holder_lines(
    erasure: Erasure, state: dict[str, Any], after: dict[str, int]
) -> list[protocol.HolderLine]:
    lines = []
    for kind in _by_kind(erasure):
        for holder in holders(kind):
            key = f"{kind}:{holder.key}"
            lines.append(_holder_line(holder, kind, key, state, after))
    return lines


def _holder_line(
    holder: Holder, kind: str, key: str, state: dict[str, Any], after: dict[str, int]
) -> protocol.HolderLine:
    return protocol.HolderLine(
        key=holder.key,
        label=str(holder.label),
        kind=kind,
        before=state["before"].get(key, 0),
        changed=state["changed"].get(key, 0),
        after=after[key],
        note=str(holder.describe),
    )


def _rule_lines(removed: dict[str, int]) -> list[protocol.RuleLine]:
    lines = []
    for key, count in removed.items():
        rule = retention.rule(key)
        if rule is not None:
            lines.append(protocol.RuleLine(key, str(rule.label), count, str(rule.kept)))
    return lines


def _file_lines(destroyed: dict[str, int]) -> list[protocol.FileLine]:
    labels = {store.key: str(store.label) for store in file_stores()}
    return [protocol.FileLine(key, labels.get(key, key), count) for key, count in destroyed.items()]
