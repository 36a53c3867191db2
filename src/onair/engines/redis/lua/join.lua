local channel, node, user, info = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
redis.call('SADD', root .. 'node:' .. node, channel)
redis.call('HSETNX', root .. 'nodes', node, 0)
local last, is_first = come(channel, node, user, info, last_of(channel))
return {last or '0-0', is_first and 1 or 0}
