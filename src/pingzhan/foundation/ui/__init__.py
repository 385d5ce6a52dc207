"""Layout, components, messages, errors and security headers of every page; knows no zone and no epidemic."""
