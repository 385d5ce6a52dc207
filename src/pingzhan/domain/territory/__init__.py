"""Places: the zone, its areas, enterprises and sites as one tree, and the park plan.

Serves the notice's opening line (the zone as one 属地), 帮包责任制 (四之四: every enterprise has a
responsible official) and annexes 2 and 3, whose duties are all counted by enterprise.
"""
