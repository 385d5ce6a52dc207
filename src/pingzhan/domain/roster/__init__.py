"""Duty roster: who is on duty, who leads, swaps and substitutes, and the hand-over from shift to shift.

Serves annex 2 item 9 of the notice (坚持领导带班, 实行 24 小时值班值守制度) and its 工作要求 (二) 实体运行:
somebody answers at every hour, and who is on duty is whom the system calls.
"""
