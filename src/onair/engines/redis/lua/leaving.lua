-- A node leaves a channel with all that it has there: whether nobody follows any more, and the users removed.
local function unfollow(channel, node)
  local key = root .. 'channel:' .. channel
  local last, removed, gone = last_of(channel), {}, nil
  for _, user in ipairs(redis.call('SMEMBERS', root .. 'users:' .. node .. ':' .. channel)) do
    last, gone = go(channel, node, user, last)
    if gone then removed[#removed + 1] = user end
  end
  redis.call('SREM', root .. 'node:' .. node, channel)
  if redis.call('HDEL', key, node) == 0 or redis.call('HLEN', key) > 1 then return {0, removed} end
  redis.call('ZREM', root .. 'channels', channel)
  redis.call('PEXPIRE', key, rest)
  redis.call('PEXPIRE', root .. 'log:' .. channel, rest)
  return {1, removed}
end
