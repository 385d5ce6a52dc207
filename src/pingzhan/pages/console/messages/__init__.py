"""通知: how sending goes, channels, letters, and what gateways and readers report."""
