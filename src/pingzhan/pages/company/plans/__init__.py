"""方案预案: “一企一策” and emergency plan of an enterprise by version, written, submitted and reviewed."""
