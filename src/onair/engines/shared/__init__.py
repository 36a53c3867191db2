"""One process's share of an app whose channels several processes have, over any engine."""
