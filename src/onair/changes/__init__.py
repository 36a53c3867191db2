"""Every write noticed, whoever makes it: after its commit, once for each row."""
