"""Drills (演练), stand-down and after-action review (复盘).

Serves 工作要求 (四) of the notice (平战一体、即时转换): what is to work at once is rehearsed with the same code, the
same people and the same forms, in a world of its own, and measured by the times that happened.
"""
