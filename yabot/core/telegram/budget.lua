-- One rate budget for every process that sends. Atomic, because Redis runs one script at a time.
--
-- ARGV: prefix, what (grant, spend, pause), begin (1: forget nothing, but trust nobody's second), now in microseconds
-- (0: this server's), messages a second over all, microseconds of rest in a chat, messages a minute in a group, chats.
-- For "pause" the rest is that of the pause. Answers: microseconds until a message may go over all, how many chats are
-- granted, these chats, and then pairs of a chat and the microseconds it has to rest.
local prefix, what, begin = ARGV[1], ARGV[2], ARGV[3] == "1"
local now, overall, rest, group = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local SECOND, MINUTE = 1000000, 60000000
local all = prefix .. "all"
if now == 0 then
  local time = redis.call("TIME")
  now = tonumber(time[1]) * SECOND + tonumber(time[2])
end

local function whole(number)
  return string.format("%.0f", number)
end

local function forget(window, span)
  local oldest = redis.call("LINDEX", window, 0)
  while oldest and tonumber(oldest) <= now - span do
    redis.call("LPOP", window)
    oldest = redis.call("LINDEX", window, 0)
  end
  return oldest and tonumber(oldest)
end

local function free_at(chat)
  return tonumber(redis.call("GET", prefix .. "chat:" .. chat) or 0)
end

local function let_rest(chat, span)
  local until_then = math.max(free_at(chat), now + span)
  redis.call("SET", prefix .. "chat:" .. chat, whole(until_then), "PX", whole((until_then - now) / 1000 + 1000))
end

local function spend(chat)
  local span = rest
  redis.call("RPUSH", all, whole(now))
  if string.sub(chat, 1, 1) == "-" then
    local window = prefix .. "group:" .. chat
    forget(window, MINUTE)
    redis.call("RPUSH", window, whole(now))
    redis.call("PEXPIRE", window, 61000)
    if redis.call("LLEN", window) >= group then
      span = math.max(span, tonumber(redis.call("LINDEX", window, -group)) + MINUTE - now)
    end
  end
  let_rest(chat, span)
end

-- A memory that has just begun does not know what went in this second: everybody waits until it does.
local begun = tonumber(redis.call("GET", prefix .. "begun") or now)
if begin or begun > now or redis.call("EXISTS", prefix .. "begun") == 0 then
  begun = now
  redis.call("SET", prefix .. "begun", whole(begun))
end

local granted, resting = {}, {}
local oldest = forget(all, SECOND)
local room = overall - redis.call("LLEN", all)
local wait = room < 1 and oldest and oldest + SECOND - now or 0
if now - begun < SECOND then
  room, wait = 0, begun + SECOND - now
end
for place = 8, #ARGV do
  local chat = ARGV[place]
  if what == "spend" then
    spend(chat)
  elseif what == "pause" then
    let_rest(chat, rest)
  elseif free_at(chat) > now then
    resting[#resting + 1] = chat
    resting[#resting + 1] = whole(free_at(chat) - now)
  elseif room >= 1 then
    room = room - 1
    spend(chat)
    granted[#granted + 1] = chat
  end
end
redis.call("PEXPIRE", all, 2000)
local answer = { whole(wait), tostring(#granted) }
for _, part in ipairs(granted) do answer[#answer + 1] = part end
for _, part in ipairs(resting) do answer[#answer + 1] = part end
return answer
