"""Workers: who they are, where they work, live and eat, and which key group they belong to.

Serves annex 2 of the notice (every enterprise knows its workers, their dormitories and canteens) and annex 3
(tests are counted by person, team and key group). The only place that stores identity numbers of workers.
"""
