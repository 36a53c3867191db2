local channel, node, count, after = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local key, log = root .. 'channel:' .. channel, root .. 'log:' .. channel
local last = last_of(channel)
if last then
  redis.call('PERSIST', key)
  redis.call('PERSIST', log)
else
  last = append(channel, '0-0', 'o')
end
local occupied = redis.call('HLEN', key) == 1
redis.call('HSET', key, node, count)
redis.call('SADD', root .. 'node:' .. node, channel)
redis.call('HSETNX', root .. 'nodes', node, 0)
redis.call('ZADD', root .. 'channels', 0, channel)

local said, added, removed, changed = {}, {}, {}, nil
for i = 8, #ARGV, 2 do said[ARGV[i]] = true end
for _, user in ipairs(redis.call('SMEMBERS', root .. 'users:' .. node .. ':' .. channel)) do
  if not said[user] then
    last, changed = go(channel, node, user, last)
    if changed then removed[#removed + 1] = user end
  end
end
for i = 8, #ARGV, 2 do
  last, changed = come(channel, node, ARGV[i], ARGV[i + 1], last)
  if changed then added[#added + 1] = ARGV[i] end
end

local kept, left = kept_of(channel)
local members = redis.call('HGETALL', root .. 'members:' .. channel)
return {last, since(channel, after), members, kept, left, count_of(channel), {occupied and 1 or 0, added, removed}}
