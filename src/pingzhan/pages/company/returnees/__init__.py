"""Pages of returnees: the ledger of an enterprise, one return with its decision, the worker's own form."""
