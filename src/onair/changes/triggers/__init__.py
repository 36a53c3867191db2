"""Database triggers: writes of raw SQL and other programs, written down where they happen."""
