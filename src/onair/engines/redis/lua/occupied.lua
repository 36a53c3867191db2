local from, to = '-', '+'
if ARGV[4] ~= '' then from, to = '[' .. ARGV[4], '(' .. ARGV[4] .. '\255' end
return redis.call('ZRANGEBYLEX', root .. 'channels', from, to)
