-- Gives up a lease, if it is still the holder's.
--
-- KEYS: the lease. ARGV: the token, and whether to hold on to it where somebody waits.
-- Gives 1 where it was held on to.
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
if ARGV[2] == '1' and redis.call('HEXISTS', KEYS[1], 'waited_for') == 1 then return 1 end
redis.call('DEL', KEYS[1])
return 0
