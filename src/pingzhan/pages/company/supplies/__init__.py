"""防控物资: what an enterprise has in store, how long it lasts, what comes and goes, counts and purchases."""
