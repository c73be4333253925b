"""Which patents answer a need, and why."""
