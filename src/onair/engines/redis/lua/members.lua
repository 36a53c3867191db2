-- Who is on a channel. "members:NAME" is a hash of users, each with its place in the order of arrival, the
-- number of nodes that have it, and its user_info; "users:NODE:NAME" are those that one node has. The log is
-- told where there is one: a node may have users on a channel that nobody follows.
local function tell(channel, last, body)
  if last then return append(channel, last, body) end
  return last
end

local function come(channel, node, user, info, last)
  if redis.call('SADD', root .. 'users:' .. node .. ':' .. channel, user) == 0 then return last, false end
  local members = root .. 'members:' .. channel
  local known = redis.call('HGET', members, user)
  if known then
    local place, nodes, told = string.match(known, '^(%d+) (%d+) (.*)$')
    redis.call('HSET', members, user, place .. ' ' .. (nodes + 1) .. ' ' .. told)
    return last, false
  end
  redis.call('HSET', members, user, redis.call('INCR', root .. 'arrivals') .. ' 1 ' .. info)
  if info ~= '' then info = '\0' .. info end
  return tell(channel, last, 'a' .. user .. info), true
end

local function go(channel, node, user, last)
  if redis.call('SREM', root .. 'users:' .. node .. ':' .. channel, user) == 0 then return last, false end
  local members = root .. 'members:' .. channel
  local place, nodes, told = string.match(redis.call('HGET', members, user) or '', '^(%d+) (%d+) (.*)$')
  if place and tonumber(nodes) > 1 then
    redis.call('HSET', members, user, place .. ' ' .. (nodes - 1) .. ' ' .. told)
    return last, false
  end
  redis.call('HDEL', members, user)
  return tell(channel, last, 'r' .. user), true
end
