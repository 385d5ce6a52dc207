"""The gate of an enterprise: visitors, vehicles, goods, meetings, and closed management.

Serves annex 2 of the notice, (3) 封闭管理、外来入厂实名登记、控制会议规模 and (6) 加强车辆和货物管理, and the sources
of infection named in section 3 (1): 境外来人、外来冷链物品、外来非冷链普通物品.
"""
