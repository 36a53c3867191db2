"""Engines: through what server processes find each other and share events."""
