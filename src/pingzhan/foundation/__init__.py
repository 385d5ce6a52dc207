"""What every domain module stands on; no epidemic knowledge."""
