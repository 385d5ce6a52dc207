"""Who may do what: roles in code, grants by unit, the actor of every change."""
