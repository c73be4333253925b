"""What the service itself keeps: accounts, sessions, invitations, keys, audit, jobs; beside the records, apart from them."""
