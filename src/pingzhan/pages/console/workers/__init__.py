"""职工: the roster, one page for each worker, registration, transfers, leaving, persons who look like one."""
