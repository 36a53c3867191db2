"""What is lost, and what is counted wrongly, while workers, Redis and PostgreSQL go down and come back."""
