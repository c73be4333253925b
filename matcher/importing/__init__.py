"""File → rows → records or row errors."""
