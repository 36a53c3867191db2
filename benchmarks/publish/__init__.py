"""What ``publish()`` costs the request that calls it, beside a blocking call of Pusher's library."""
