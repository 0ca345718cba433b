"""Log-in and users: creates, disables and scopes people. Never decides what a role may do by itself."""
