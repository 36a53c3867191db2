"""Who may join a channel: rules, the ``view`` permission, and the grants of pages."""
