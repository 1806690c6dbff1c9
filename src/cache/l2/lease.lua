-- Takes the lease of a key, or gives an entry that came meanwhile: the load before may just have ended.
--
-- KEYS: the entry, the lease. ARGV: the token, the lease's life in milliseconds, how the entry begins
-- that is known already or '', and the last byte of it that is read.
-- Gives the entry, or 1 for a lease that was taken, or 0 for one that another holds.
local begins = redis.pcall('GETRANGE', KEYS[1], 0, 19)
if type(begins) == 'string' and begins ~= '' and begins ~= ARGV[3] then
    return redis.call('GETRANGE', KEYS[1], 0, ARGV[4])
end
if redis.call('EXISTS', KEYS[2]) == 1 then
    redis.call('HSET', KEYS[2], 'waited_for', 1)
    return 0
end
redis.call('HSET', KEYS[2], 'holder', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
