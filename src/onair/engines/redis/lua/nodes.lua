return redis.call('HGETALL', root .. 'infos')
