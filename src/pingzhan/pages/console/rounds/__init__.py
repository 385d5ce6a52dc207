"""核酸检测: rounds of a zone, their plans, sampling teams and laboratories."""
