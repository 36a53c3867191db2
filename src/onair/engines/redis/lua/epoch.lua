-- Which life of the data this is. The caller says how often it knows nodes to have beaten: where fewer beats are
-- kept, Redis has come back with what it had some time ago. Then nobody knows what the nodes had that live no
-- more, and all that is said of any is forgotten: each of them connects anew now, and says all again.
local function forget()
  for _, node in ipairs(redis.call('HKEYS', root .. 'nodes')) do
    for _, channel in ipairs(redis.call('SMEMBERS', root .. 'node:' .. node)) do unfollow(channel, node) end
  end
  redis.call('DEL', root .. 'nodes', root .. 'infos', root .. 'epoch')
end

for i = 5, #ARGV, 2 do
  local beats = redis.call('HGET', root .. 'nodes', ARGV[i])
  if beats and tonumber(beats) < tonumber(ARGV[i + 1]) then
    forget()
    break
  end
end
redis.call('SET', root .. 'epoch', ARGV[4], 'NX')
return redis.call('GET', root .. 'epoch')
