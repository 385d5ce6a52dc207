"""Readings of the ledger of cleaning."""
