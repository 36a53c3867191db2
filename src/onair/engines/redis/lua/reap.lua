local node, told = ARGV[4], {}
redis.call('HDEL', root .. 'nodes', node)
redis.call('HDEL', root .. 'infos', node)
for _, name in ipairs(redis.call('ZRANGE', root .. 'leases:' .. node, 0, -1)) do
  local key = root .. 'lease:' .. name
  if redis.call('GET', key) == node then redis.call('DEL', key) end
end
redis.call('DEL', root .. 'leases:' .. node)
for _, channel in ipairs(redis.call('SMEMBERS', root .. 'node:' .. node)) do
  told[#told + 1] = channel
  told[#told + 1] = unfollow(channel, node)
end
return told
