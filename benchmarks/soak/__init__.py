"""Whether memory stays flat while pages come and go."""
