"""What the server notices, told to an application: held until it lasts, then posted or handed over."""
