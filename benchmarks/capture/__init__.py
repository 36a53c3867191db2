"""What it costs a write that changes are captured."""
