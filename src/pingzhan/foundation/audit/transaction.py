"""How a change and its record find each other: both carry the number and the start of their transaction."""

TRANSACTION = "pg_current_xact_id()::text::bigint"
"""SQL: the number of the running transaction, never used twice in the life of a database server.

After a restore into another server numbers can repeat; with the start of the transaction they cannot.
"""
