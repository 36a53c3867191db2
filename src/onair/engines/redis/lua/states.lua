local states = {}
for i = 4, #ARGV do
  local kept, left = kept_of(ARGV[i])
  states[#states + 1] = {count_of(ARGV[i]), redis.call('HLEN', root .. 'members:' .. ARGV[i]), kept, left}
end
return states
