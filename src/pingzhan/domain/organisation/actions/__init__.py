"""Changes of the organisation module; each is one transaction that checks, writes, records and announces."""
