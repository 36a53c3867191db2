-- What is known of a channel.
local function count_of(channel)
  local sum, numbers = 0, redis.call('HGETALL', root .. 'channel:' .. channel)
  for i = 1, #numbers, 2 do
    if numbers[i] ~= '' then sum = sum + tonumber(numbers[i + 1]) end
  end
  return sum
end

local function kept_of(channel)
  local key = root .. 'kept:' .. channel
  return redis.call('GET', key), redis.call('PTTL', key)
end

-- The entry that is asked for comes first, for the one after it to name it; false without it.
local function since(channel, after)
  if after == '' then return false end
  local entries = redis.call('XRANGE', root .. 'log:' .. channel, after, '+')
  local first = entries[1]
  if first and (first[1] == after or after == '0-0' and first[2][2] == 'o') then return entries end
  return false
end
