local channel, node, user = ARGV[4], ARGV[5], ARGV[6]
local _, is_last = go(channel, node, user, last_of(channel))
if redis.call('EXISTS', root .. 'users:' .. node .. ':' .. channel) == 0
    and redis.call('HEXISTS', root .. 'channel:' .. channel, node) == 0 then
  redis.call('SREM', root .. 'node:' .. node, channel)
end
return is_last and 1 or 0
