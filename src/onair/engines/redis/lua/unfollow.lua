return unfollow(ARGV[4], ARGV[5])
