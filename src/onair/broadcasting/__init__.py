"""A model's changes become events: who is told of which, under which name, with what data."""
