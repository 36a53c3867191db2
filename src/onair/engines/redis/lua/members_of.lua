return redis.call('HGETALL', root .. 'members:' .. ARGV[4])
