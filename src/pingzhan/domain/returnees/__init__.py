"""Returnees: who comes back from where, and whether he may go on post.

Serves annex 2 (2) of the notice: before a worker returns, the enterprise collects his contacts, journeys and
health of 14 days; close contacts and people from medium-risk, high-risk and sealed areas wait; whoever was in
a key region works only after his isolation, with normal temperature and test. The rules changed five times in
2022, so each decision names the version it was made by.
"""
