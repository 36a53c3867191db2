local key, node, seconds = root .. 'lease:' .. ARGV[4], ARGV[5], ARGV[6]
local holder = redis.call('GET', key)
if holder and holder ~= node then return 0 end
redis.call('SET', key, node, 'EX', seconds)
redis.call('SADD', root .. 'leases:' .. node, ARGV[4])
return 1
