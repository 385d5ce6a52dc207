"""What the database refuses of an order, whoever asks: a step that is not in the table, a changed or deleted order."""

from __future__ import annotations

import pgtrigger

from pingzhan.domain.orders.enums import TRANSITIONS, OrderState

#: Chinese words in the database's own messages, whatever the language of the reader.
_WORDS = {
    OrderState.OPEN: "已下达",
    OrderState.RECEIVED: "已签收",
    OrderState.DOING: "办理中",
    OrderState.FEEDBACK: "已反馈待核实",
    OrderState.RETURNED: "已退回重办",
    OrderState.CHECKED: "已核实待销号",
    OrderState.CLOSED: "已销号",
    OrderState.CANCELLED: "已撤销",
}
_FIXED = ("world", "zone_id", "year", "number", "issued_at", "issued_by_name", "first_due_at", "text")


def _word(column: str) -> str:
    whens = " ".join(f"WHEN '{state.value}' THEN '{word}'" for state, word in _WORDS.items())
    return f"(CASE {column} {whens} ELSE {column} END)"


def order_guard() -> pgtrigger.Trigger:
    """Return the trigger that holds the table of transitions for every writer."""
    steps = ", ".join(
        f"'{before.value}>{after.value}'"
        for before in OrderState
        for after in OrderState
        if after in TRANSITIONS[before]
    )
    kept, given = (", ".join(f"{row}.{name}" for name in _FIXED) for row in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name="guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '交办事项不能删除，只能撤销。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'open' THEN
                RAISE EXCEPTION '新的交办事项只能是“已下达”。' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF ROW({given}) IS DISTINCT FROM ROW({kept}) THEN
            RAISE EXCEPTION '已下达的交办事项不能改动编号、内容和下达人。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{steps}]) THEN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE =
                '交办事项不能从“' || {_word("OLD.state")} || '”变为“' || {_word("NEW.state")} || '”。';
        END IF;
        RETURN NEW;
        """,
    )


def extension_guard() -> pgtrigger.Trigger:
    """Return the trigger that refuses a request for more time once the due time has passed."""
    return pgtrigger.Trigger(
        name="before_due",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
        IF (SELECT due_at FROM orders_order WHERE id = NEW.order_id) <= statement_timestamp() THEN
            RAISE EXCEPTION '已经到期，不能再申请延期。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )
