"""Pages of signed-in work: 值班台, 平战转换, 我的任务, 组织架构, 就绪检查, 留痕 (design.md section 1)."""
