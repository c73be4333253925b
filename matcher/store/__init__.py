"""All business SQL, and only here."""
