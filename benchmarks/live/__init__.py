"""What live pages cost, and how soon a change is on them."""
