redis.call('SET', root .. 'epoch', ARGV[4], 'NX')
return redis.call('GET', root .. 'epoch')
