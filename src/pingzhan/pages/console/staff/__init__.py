"""账号与角色: opening accounts, handing out roles, tying an account to its person."""
