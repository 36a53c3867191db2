local channel, node, user = ARGV[4], ARGV[5], ARGV[6]
local _, is_last = go(channel, node, user, last_of(channel) or '0-0')
return is_last and 1 or 0
