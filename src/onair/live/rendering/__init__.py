"""Regions in the process that holds the sockets: matched, rendered again, and told to who looks at them."""
