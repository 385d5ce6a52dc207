"""Changes at the gate and of goods. Each is one transaction and leaves one record in the trail."""
