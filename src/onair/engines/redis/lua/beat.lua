local node, info = ARGV[4], ARGV[5]
local times = redis.call('HINCRBY', root .. 'nodes', node, 1)
redis.call('HSET', root .. 'infos', node, info)
return {times > 1 and 1 or 0, redis.call('HGETALL', root .. 'nodes')}
