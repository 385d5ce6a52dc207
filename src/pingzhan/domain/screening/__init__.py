"""Testing rounds: who is due, which team swabs whom and where, the plan in force, and what the enterprise sees of it.

Serves annex 3 of the notice (核酸检测方案) and the duties of the testing group in annex 1 (3): 制定周期内企业核酸检测
计划，确保全区同步推进.
"""
