"""公文: the register of papers, writing, issuing, numbers, organs, templates (annex 3, 综合协调组)."""
