"""Who commands and who works: structure versions, posts, holders, substitutes, and the reading of notices.

Serves annex 1 of the notice (领导小组, six work groups, 职责), 工作原则 (四) 平战一体 and 工作要求 (四)
(every official has a post); annex 2 items 1 and 9 for the posts of an enterprise.
"""
