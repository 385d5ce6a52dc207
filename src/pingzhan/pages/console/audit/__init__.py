"""留痕: who did what, when, on what basis (design.md section 5)."""
