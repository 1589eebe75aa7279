"""The one atomic step of the projector. Lua, run by the server."""

# KEYS[1] offsets, KEYS[2] epoch, KEYS[3] jurisdictions.
# ARGV: epoch, partition, first offset, last offset, then five flat lists, each led by its length:
#   documents (key, id, json; '' deletes), feed (key, entry id, json), answers (key, seconds, json), heads (key, before, after),
#   jurisdictions to wake.
# Returns {1, last} when applied; {0, the offset it is at} when the batch is not the next one; {-1}: another epoch; {-2}: another head.
APPLY = """
local A, i = ARGV, 5
if redis.call('GET', KEYS[2]) ~= A[1] then return {-1} end
local at = tonumber(redis.call('HGET', KEYS[1], A[2]) or '-1')
if tonumber(A[3]) ~= at + 1 then return {0, at} end
local function list() local n = tonumber(A[i]); i = i + 1; local f = i; i = i + n; return f, i - 1 end
local df, dl = list(); local ff, fl = list(); local af, al = list(); local hf, hl = list(); local wf, wl = list()
for k = hf, hl, 3 do if (redis.call('GET', A[k]) or '') ~= A[k + 1] then return {-2} end end
for k = df, dl, 3 do
  if A[k + 2] == '' then redis.call('HDEL', A[k], A[k + 1]) else redis.call('HSET', A[k], A[k + 1], A[k + 2]) end
end
for k = ff, fl, 3 do redis.call('XADD', A[k], 'MAXLEN', '~', '10000', A[k + 1], 'e', A[k + 2]) end
for k = af, al, 3 do redis.call('SET', A[k], A[k + 2], 'EX', A[k + 1]) end
for k = hf, hl, 3 do redis.call('SET', A[k], A[k + 2]) end
redis.call('HSET', KEYS[1], A[2], A[4])
for k = wf, wl do redis.call('SADD', KEYS[3], A[k]); redis.call('PUBLISH', 'wake', A[k]) end
return {1, tonumber(A[4])}
"""
