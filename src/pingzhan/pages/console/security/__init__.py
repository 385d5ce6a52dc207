"""登录与安全: one's own second factors, sessions and sign-in history."""
