local publisher, number = ARGV[4], tonumber(ARGV[5])
local first, all = 6, (#ARGV - 5) / 3
if publisher ~= '' then
  local key = root .. 'publisher:' .. publisher
  local done = tonumber(redis.call('GET', key) or number)
  if done >= number + all then return 0 end
  first = first + 3 * math.max(0, done - number)
  redis.call('SET', key, string.format('%.0f', number + all), 'EX', 3600)
end
for i = first, #ARGV, 3 do
  local channel, keep, body = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if keep ~= '0' then redis.call('SET', root .. 'kept:' .. channel, body, 'EX', keep) end
  local last = last_of(channel)
  if last then append(channel, last, body) end
end
return 0
