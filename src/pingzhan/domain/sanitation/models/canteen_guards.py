"""What the database refuses of a plan of sittings, whoever asks: more people at a sitting than its rule allows."""

from __future__ import annotations

import pgtrigger

from pingzhan.domain.sanitation.enums import PLAN_MOVES, PlanState

_FIXED = (
    "enterprise_id", "meal_id", "n", "seats", "percent", "room", "opens", "minutes", "gap", "places", "mode",
    "posture", "level", "set_version", "source", "verified", "proven", "made_by", "made_at",
)  # fmt: skip


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';"


def _row(row: str) -> str:
    return f"ROW({', '.join(f'{row}.{name}' for name in _FIXED)})"


def plan_guard() -> pgtrigger.Trigger:
    """Return the trigger that keeps a plan as it was made and publishes none that has too many at a sitting."""
    moves = ", ".join(
        f"'{before.value}>{after.value}'" for before, all_ in PLAN_MOVES.items() for after in all_
    )
    return pgtrigger.Trigger(
        name="plan_guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("crowded", "integer"), ("owner", "bigint")],
        func=f"""
        IF TG_OP = 'DELETE' THEN
            {_raise("就餐安排只能停用，不能删除。")}
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> '{PlanState.DRAFT.value}' THEN
                {_raise("新的就餐安排只能是草案。")}
            END IF;
            SELECT enterprise_id INTO owner FROM sanitation_canteenmeal WHERE id = NEW.meal_id;
            IF owner <> NEW.enterprise_id THEN
                {_raise("餐次不属于这家企业。")}
            END IF;
            RETURN NEW;
        END IF;
        IF {_row("NEW")} IS DISTINCT FROM {_row("OLD")} THEN
            {_raise("就餐安排的规定和时间不能改动，请重新编排。")}
        END IF;
        IF NEW.state = OLD.state THEN
            IF NEW IS DISTINCT FROM OLD THEN
                {_raise("就餐安排的发布和停用时间不能改动。")}
            END IF;
            RETURN NEW;
        END IF;
        IF NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{moves}]) THEN
            {_raise("就餐安排的状态不能这样改变。")}
        END IF;
        IF NEW.state = '{PlanState.PUBLISHED.value}' THEN
            SELECT sitting INTO crowded FROM sanitation_sittingline WHERE plan_id = NEW.id AND sitting IS NOT NULL
                GROUP BY sitting HAVING sum(people) > NEW.room ORDER BY sitting LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
                    MESSAGE = '第 ' || crowded + 1 || ' 场超过了座位数，不能发布。';
            END IF;
            IF NOT EXISTS (SELECT 1 FROM sanitation_sittingline WHERE plan_id = NEW.id) THEN
                {_raise("安排中没有班组，不能发布。")}
            END IF;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - names of our own columns
    )


def line_guard() -> pgtrigger.Trigger:
    """Return the trigger that changes lines of drafts only and never puts more at a sitting than it holds.

    The plan is locked, so that two moves into one sitting, or a move and the publishing, wait for each other.
    """
    return pgtrigger.Trigger(
        name="line_guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("plan", "record"), ("there", "bigint"), ("owner", "bigint")],
        func=f"""
        IF TG_OP = 'DELETE' THEN
            {_raise("就餐安排中的班组不能删除。")}
        END IF;
        SELECT state, room, places, enterprise_id INTO plan FROM sanitation_sittingplan
            WHERE id = NEW.plan_id FOR NO KEY UPDATE;
        IF plan.state <> '{PlanState.DRAFT.value}' THEN
            {_raise("已发布或停用的就餐安排不能改动，请重新编排。")}
        END IF;
        IF TG_OP = 'UPDATE' AND ROW(NEW.plan_id, NEW.team_id, NEW.people)
                IS DISTINCT FROM ROW(OLD.plan_id, OLD.team_id, OLD.people) THEN
            {_raise("班组和人数不能改动，请重新编排。")}
        END IF;
        IF NEW.team_id IS NOT NULL THEN
            SELECT enterprise_id INTO owner FROM territory_team WHERE id = NEW.team_id;
            IF owner <> plan.enterprise_id THEN
                {_raise("班组不属于这家企业。")}
            END IF;
        END IF;
        IF NEW.sitting IS NOT NULL THEN
            IF NEW.sitting >= plan.places THEN
                {_raise("开餐时间内没有这一场。")}
            END IF;
            SELECT coalesce(sum(people), 0) INTO there FROM sanitation_sittingline
                WHERE plan_id = NEW.plan_id AND sitting = NEW.sitting AND id <> NEW.id;
            IF there + NEW.people > plan.room THEN
                RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
                    MESSAGE = '第 ' || NEW.sitting + 1 || ' 场超过了座位数。';
            END IF;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - names of our own columns
    )
