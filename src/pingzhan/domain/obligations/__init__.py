"""Obligations: what the measures in force demand of every unit today, what was done and what is late.

Serves 三（六） of the notice (四方责任: every measure has somebody who answers for it) and annex 2 (the ten items of
the enterprise's guide), and 四（二） (无缝衔接: a switch changes what is due at once).
"""
