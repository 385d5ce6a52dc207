"""措施集: what holds where and on which basis, versions, drafts, differences, decisions on restrictions."""
