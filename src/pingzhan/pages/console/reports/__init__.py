"""信息报告: what is due, writing and signing, zero reports, papers made from the rows of the screens."""
