local channel, node, user, info = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local last, is_first = last_of(channel) or '0-0', false
if redis.call('HEXISTS', root .. 'channel:' .. channel, node) == 1 then
  last, is_first = come(channel, node, user, info, last)
end
return {last, is_first and 1 or 0}
