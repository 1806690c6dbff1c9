-- Keeps an entry, unless one stands that has seen more, or its load lost the lease.
--
-- KEYS: the entry, the lease. ARGV: the entry, its life in milliseconds, the token of the lease or ''.
-- An entry begins with four bytes that say it is one, then eight with how much it has seen.
-- The lease ends with the store.
if ARGV[3] ~= '' then
    if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[3] then return 0 end
    redis.call('DEL', KEYS[2])
end

local function has_seen_more(standing, new)
    if string.sub(standing, 1, 4) ~= string.sub(new, 1, 4) or #standing < 12 then return false end
    for at = 5, 12 do
        local a, b = string.byte(standing, at), string.byte(new, at)
        if a ~= b then return a > b end
    end
    return false
end

-- Whatever else somebody put there is no string, and is replaced.
local standing = redis.pcall('GETRANGE', KEYS[1], 0, 11)
if type(standing) == 'string' and has_seen_more(standing, ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
