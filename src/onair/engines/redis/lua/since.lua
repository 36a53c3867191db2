return since(ARGV[4], ARGV[5])
