"""办理记录: declaring done what no ledger of its own keeps, for enterprises and for the zone."""
