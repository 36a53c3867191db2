"""A template that is rendered for a live page: what it reads is recorded, what it writes is marked."""
