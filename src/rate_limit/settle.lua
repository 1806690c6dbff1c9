-- Adds what an instance let through to what all of them did, and says what is owed by then.
--
-- KEYS: one for each who is counted; in it the moment at which all is paid, in microseconds by the clock
-- of Redis. ARGV: microseconds that a request costs, the most that may be owed, then for each key how
-- many requests were let through, or -1 to forget what was counted.
-- Gives for each key how many microseconds are owed.
local cost, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local debts = {}
for i, key in ipairs(KEYS) do
    local count = tonumber(ARGV[i + 2])
    if count < 0 then
        redis.call('DEL', key)
        debts[i] = 0
    else
        local paid_at = math.max(tonumber(redis.call('GET', key) or now) or now, now)
        -- Nobody waits for long because the clock of Redis was set back.
        local debt = math.min(paid_at - now, most) + count * cost
        -- It goes when nothing is owed any more.
        redis.call('SET', key, string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000) + 1)
        debts[i] = debt
    end
end
return debts
