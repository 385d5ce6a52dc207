"""Reading what is due: of a unit, of a zone, of a period."""
