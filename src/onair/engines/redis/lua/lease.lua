-- "leases:NODE" has what a node was given, by the time until when.
local name, node, seconds = ARGV[4], ARGV[5], ARGV[6]
local key, given = root .. 'lease:' .. name, root .. 'leases:' .. node
local holder = redis.call('GET', key)
if holder and holder ~= node then return 0 end
local now = tonumber(redis.call('TIME')[1])
redis.call('SET', key, node, 'EX', seconds)
redis.call('ZREMRANGEBYSCORE', given, '-inf', '(' .. now)
redis.call('ZADD', given, now + seconds, name)
return 1
