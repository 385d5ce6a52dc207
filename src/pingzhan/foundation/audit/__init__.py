"""The business trail (留痕): who did what, when, on what basis; append-only and hash-chained."""

from pingzhan.foundation.audit.chain import Break, head, operation, record, verify_chain

__all__ = ["Break", "head", "operation", "record", "verify_chain"]
