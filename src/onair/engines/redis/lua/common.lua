-- A channel's log and the number of its last entry; "channel:NAME" is a hash of what each node has there, and
-- of that number under the empty name.
local root, voice, most, rest = KEYS[1], KEYS[1] .. ARGV[1] .. ':', ARGV[2], ARGV[3]

local function last_of(channel)
  return redis.call('HGET', root .. 'channel:' .. channel, '')
end

local function append(channel, last, body)
  local id = redis.call('XADD', root .. 'log:' .. channel, 'MAXLEN', '~', most, '*', 'b', body)
  redis.call('HSET', root .. 'channel:' .. channel, '', id)
  redis.call('PUBLISH', voice .. channel, id .. ' ' .. last .. ' ' .. body)
  return id
end
