"""From any Django process to the server: after commit, in batches, off the request's path."""
