"""The server inside Django's own process: in ``runserver``, in Daphne's, and in an ASGI site."""
