"""The inspector: what goes on in the processes of a site, as a page of its own."""
