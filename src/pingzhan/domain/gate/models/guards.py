"""What the database refuses of a lot of goods, whoever asks: page, import, device, command line, plain SQL.

The rules stand here once more in SQL because annex 2 (6) leaves no way around them: imported goods lie still for
the days of their rule and are disinfected before they come into the plant.
"""

from __future__ import annotations

import pgtrigger

from pingzhan.domain.gate.enums import LOT_MOVES, LotState

_WORDS = {
    LotState.ARRIVED: "已到厂",
    LotState.QUARANTINED: "静置中",
    LotState.DISINFECTED: "已消毒",
    LotState.RELEASED: "已放行",
    LotState.REJECTED: "已拒收",
    LotState.WITHDRAWN: "登记有误",
}
_FIXED = ("enterprise_id", "code", "goods_class", "arrived_at", "created_at")
_RULE = (
    "rule_days", "rule_disinfection", "rule_test", "rule_certificate", "rule_source", "rule_set", "rule_at",
)  # fmt: skip


def _row(row: str, columns: tuple[str, ...]) -> str:
    return f"ROW({', '.join(f'{row}.{name}' for name in columns)})"


def _word(column: str) -> str:
    whens = " ".join(f"WHEN '{state.value}' THEN '{word}'" for state, word in _WORDS.items())
    return f"(CASE {column} {whens} ELSE {column} END)"


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';"


def lot_guard() -> pgtrigger.Trigger:
    """Return the trigger that lets a lot be released only when its own rule is met, and no final lot be changed.

    Days before the registration count for 24 hours at most: an arrival written down later is not proven. The rule
    kept on the lot may be replaced as a whole while the lot is under watch, never in the statement that
    releases it; that a later rule is shorter therefore changes nothing of lots that were released.
    """
    moves = ", ".join(
        f"'{before.value}>{after.value}'" for before, afters in LOT_MOVES.items() for after in sorted(afters)
    )
    final = ", ".join(f"'{state.value}'" for state, afters in LOT_MOVES.items() if not afters)
    step = "SELECT 1 FROM gate_lotstep s WHERE s.lot_id = NEW.id AND s.kind"
    alive = "NOT EXISTS (SELECT 1 FROM gate_lotstep v WHERE v.voids_id = s.id)"
    return pgtrigger.Trigger(
        name="release_guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("last_test", "text")],
        func=f"""
        IF TG_OP = 'DELETE' THEN
            {_raise("货物批次不能删除，登记有误的请作废。")}
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'arrived' OR NEW.released_at IS NOT NULL THEN
                {_raise("新登记的货物批次只能是“已到厂”。")}
            END IF;
            IF NEW.created_at < now() - INTERVAL '1 minute' THEN
                {_raise("货物批次的登记时间由系统记录，不能填写过去的时间。")}
            END IF;
            RETURN NEW;
        END IF;
        IF OLD.state IN ({final}) AND NEW IS DISTINCT FROM OLD THEN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE =
                '货物批次' || {_word("OLD.state")} || '，不能再改动。';
        END IF;
        IF {_row("NEW", _FIXED)} IS DISTINCT FROM {_row("OLD", _FIXED)} THEN
            {_raise("货物批次的企业、批号、类别和到厂时间登记后不能改动，登记有误的请作废后重新登记。")}
        END IF;
        IF {_row("NEW", _RULE)} IS DISTINCT FROM {_row("OLD", _RULE)}
            AND (NEW.state <> OLD.state OR NEW.rule_source = '' OR NEW.rule_at <= OLD.rule_at) THEN
            {_raise("货物批次的规定只能整体改按现行规定，不能单独改动。")}
        END IF;
        IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{moves}]) THEN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE =
                '货物批次不能从“' || {_word("OLD.state")} || '”变为“' || {_word("NEW.state")} || '”。';
        END IF;
        IF NEW.state = 'released' THEN
            IF clock_timestamp() < GREATEST(OLD.arrived_at, OLD.created_at - INTERVAL '24 hours')
                + OLD.rule_days * INTERVAL '24 hours' THEN
                {_raise("静置期未满，不能放行。")}
            END IF;
            IF OLD.rule_days > 0 AND NEW.storage_id IS NULL THEN
                {_raise("没有登记静置的存放场所，不能放行。")}
            END IF;
            IF OLD.rule_disinfection AND NOT EXISTS ({step} = 'disinfected' AND {alive}) THEN
                {_raise("没有消毒记录，不能放行。")}
            END IF;
            IF OLD.rule_certificate AND NEW.inspection_no = '' THEN
                {_raise("没有检验检疫证明编号，不能放行。")}
            END IF;
            SELECT s.kind INTO last_test FROM gate_lotstep s
                WHERE s.lot_id = NEW.id AND s.kind IN ('test_negative', 'test_positive') AND {alive}
                ORDER BY s.at DESC, s.id DESC LIMIT 1;
            IF last_test = 'test_positive' THEN
                {_raise("最近一次检测不合格，不能放行。")}
            END IF;
            IF OLD.rule_test AND last_test IS NULL THEN
                {_raise("没有检测合格的报告，不能放行。")}
            END IF;
        END IF;
        IF (NEW.state = 'released') <> (NEW.released_at IS NOT NULL) THEN
            {_raise("放行时间与货物批次的状态不符。")}
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - names of our own columns
    )


def step_guard() -> pgtrigger.Trigger:
    """Return the trigger that adds steps only to lots under watch, after their arrival, and changes none.

    The lot is locked, so a step cannot be voided while the lot is being released on the strength of it.
    """
    final = ", ".join(f"'{state.value}'" for state, afters in LOT_MOVES.items() if not afters)
    return pgtrigger.Trigger(
        name="step_guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("lot", "record")],
        func=f"""
        IF TG_OP <> 'INSERT' THEN
            {_raise("货物批次的经过只能追加，不能修改或删除。")}
        END IF;
        SELECT state, arrived_at INTO lot FROM gate_goodslot WHERE id = NEW.lot_id FOR NO KEY UPDATE;
        IF lot.state IN ({final}) AND NEW.kind <> lot.state THEN
            {_raise("这批货物已经办结，不能再登记经过。")}
        END IF;
        IF NEW.kind IN ('released', 'rejected', 'withdrawn') AND NEW.kind <> lot.state THEN
            {_raise("货物批次的经过与状态不符。")}
        END IF;
        IF NEW.at < lot.arrived_at OR NEW.at > clock_timestamp() + INTERVAL '1 minute' THEN
            {_raise("货物批次的经过应在到厂之后、现在之前。")}
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - names of our own columns
    )
