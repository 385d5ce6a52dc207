"""Measures as data: catalogue, versioned measure sets, what is in force where and on which legal basis.

Serves annex 2 of the notice (the guide of ten items), 三（二） (四方责任) and 二（四） (平战一体): the posture of a
unit selects the measures that hold there, so every other module asks here what it has to do today.
"""
