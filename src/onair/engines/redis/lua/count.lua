local channel, node, count, tell = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local key = root .. 'channel:' .. channel
if redis.call('HEXISTS', key, node) == 0 then return count_of(channel) end
redis.call('HSET', key, node, count)
local all = count_of(channel)
if tell == '1' then append(channel, last_of(channel), 'c' .. all) end
return all
