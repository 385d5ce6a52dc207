"""Posture, switch, seats, orders: who does what in routine and in emergency, and the change between them.

Serves 工作原则 (四) 平战一体 (迅即切换), 工作要求 (二) 实体运行, 无缝衔接 and 工作要求 (四) of the notice:
立即进行平战转换, 战时人人有岗位、有任务.
"""
