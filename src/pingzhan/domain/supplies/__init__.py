"""What an enterprise keeps in store against an epidemic, and whether that is enough.

Serves annex 2 of the notice, (7) 加强防控物资储备: 按照单位特点和规模储备, 安排专人定期整理, 不足和过期的及时采购补充.
Stock is the sum of movements that are only ever added; the database keeps it from falling below zero.
"""
