"""What an enterprise plans, teaches, watches over, reports and produces.

Serves annex 2 of the notice: (1) “一企一策”制定疫情防控方案和应急处置预案, (8) 加强宣传培训, (9) 领导带班、
24 小时值班值守、专门应急队伍、立即报告, (10) 全力抓好生产经营.
"""
