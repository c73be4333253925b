"""The service's schema as numbered changes."""
