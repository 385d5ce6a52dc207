"""What the database refuses, whoever asks: changed published sets, restrictions without their legal basis."""

from __future__ import annotations

import pgtrigger

_STATE = "restrict_violation"


def content_guard(what: str) -> pgtrigger.Trigger:
    """Return the trigger that lets rows of a version change only while the version is a draft."""
    return pgtrigger.Trigger(
        name="draft_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("owner", "bigint")],
        func=f"""
        FOREACH owner IN ARRAY (CASE TG_OP WHEN 'DELETE' THEN ARRAY[OLD.version_id]
                WHEN 'INSERT' THEN ARRAY[NEW.version_id] ELSE ARRAY[OLD.version_id, NEW.version_id] END) LOOP
            IF (SELECT state FROM measures_setversion WHERE id = owner) <> 'draft' THEN
                RAISE EXCEPTION '已发布的措施集不能修改其中的{what}，请另起草稿。' USING ERRCODE = '{_STATE}';
            END IF;
        END LOOP;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
        """,  # noqa: S608 - no outside text
    )


def version_guard() -> pgtrigger.Trigger:
    """Return the trigger that keeps published versions as they are, and never lets a drafter publish."""
    return pgtrigger.Trigger(
        name="published_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '措施集的版本不能删除，草稿可以作废。' USING ERRCODE = '{_STATE}';
        END IF;
        IF OLD.state <> 'draft' AND NEW IS DISTINCT FROM OLD THEN
            RAISE EXCEPTION '已发布或已作废的措施集版本不能修改，请另起草稿。' USING ERRCODE = '{_STATE}';
        END IF;
        IF NEW.state = 'published' AND NEW.drafted_by_id IS NOT NULL
                AND NEW.drafted_by_id IS NOT DISTINCT FROM NEW.published_by_id THEN
            RAISE EXCEPTION '起草人不能发布自己起草的措施集。' USING ERRCODE = '{_STATE}';
        END IF;
        RETURN NEW;
        """,
    )


def force_guard() -> pgtrigger.Trigger:
    """Return the trigger over what is put in force: published versions only, fixed once written, kept for ever."""
    return pgtrigger.Trigger(
        name="kept",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '执行记录不能删除，只能撤回。' USING ERRCODE = '{_STATE}';
        END IF;
        IF TG_OP = 'INSERT' AND
                (SELECT state FROM measures_setversion WHERE id = NEW.version_id) <> 'published' THEN
            RAISE EXCEPTION '只有已发布的措施集可以投入执行。' USING ERRCODE = '{_STATE}';
        END IF;
        IF TG_OP = 'UPDATE' AND (OLD.end_kind NOT IN ('', 'replaced')
                OR (OLD.end_kind = 'replaced' AND OLD.ended_at <= statement_timestamp())
                OR (NEW.version_id, NEW.slot_id, NEW.basis, NEW.document, NEW.reason, NEW.starts_at)
                IS DISTINCT FROM
                (OLD.version_id, OLD.slot_id, OLD.basis, OLD.document, OLD.reason, OLD.starts_at)) THEN
            RAISE EXCEPTION '执行记录的依据、事由和起始时间不能改动，已结束的不能再改。' USING ERRCODE = '{_STATE}';
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - no outside text
    )


def restriction_guard() -> pgtrigger.Trigger:
    """Return the trigger that holds the law over measures that restrict people.

    What only a body above the zone may decide needs that body and its document; a measure of class A needs a
    disease of class A or the decision that allows it (IDL 4, 58, 65).
    """
    return pgtrigger.Trigger(
        name="lawful",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("m", "measures_measure")],
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '限制性措施的记录不能删除。' USING ERRCODE = '{_STATE}';
        END IF;
        IF TG_OP = 'UPDATE' AND (NEW.force_id, NEW.measure_id) IS DISTINCT FROM (OLD.force_id, OLD.measure_id) THEN
            RAISE EXCEPTION '限制性措施的记录不能改到另一条措施上。' USING ERRCODE = '{_STATE}';
        END IF;
        SELECT * INTO m FROM measures_measure WHERE id = NEW.measure_id;
        NEW.reserved := m.reserved;
        NEW.class_a := m.class_a;
        IF m.version_id <> (SELECT version_id FROM measures_force WHERE id = NEW.force_id) THEN
            RAISE EXCEPTION '这条措施不在投入执行的版本中。' USING ERRCODE = '{_STATE}';
        END IF;
        IF NEW.state <> 'in_force' THEN RETURN NEW; END IF;
        IF NEW.law = '' OR NEW.body = '' OR NEW.scope = '' OR NEW.reason = '' OR NEW.ends_at IS NULL
                OR NEW.starts_at IS NULL THEN
            RAISE EXCEPTION '限制人员的措施要有法律依据、决定机关、范围、期限和理由，才能执行。'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.reserved AND (NEW.decider IN ('employer', 'zone') OR NEW.document = '') THEN
            RAISE EXCEPTION '这项措施只能由县级以上人民政府或法定机构决定，要有决定文件。'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.class_a AND NEW.legal_class <> 'A' AND NEW.class_decision = '' THEN
            RAISE EXCEPTION '甲类措施只用于甲类传染病，或者经批准按甲类管理的传染病。'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - no outside text
    )
