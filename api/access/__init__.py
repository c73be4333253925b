"""Who may do what: roles, one table of permissions, sign-in, keys."""
