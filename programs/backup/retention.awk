# Decides which backups stay and which go. It only decides: it opens no file and deletes nothing.
#
#   awk -f retention.awk < listing
#
# Environment
#   KEEP_LAST KEEP_HOURLY KEEP_DAILY KEEP_WEEKLY KEEP_MONTHLY KEEP_YEARLY
#                         N: keep the newest N backups; keep the newest backup of each of the last N
#                         hours, days, ISO weeks, months, years that have one
#   KEEP_WITHIN_SECONDS   N: keep everything less than N seconds older than the newest backup
#   KEEP_ALL              1: keep everything
#                         each is a whole number of at least 1, or empty for no such rule; one rule is needed
#   NOW                   the time, as 20261121T101501Z
#   JUST_WRITTEN          the backup that this run wrote; empty when it wrote none
#   PRESENT               the history of the etcd cluster that is backed up now: its id, with a number (7.2) if it has
#                         begun anew; may be empty
#
# Standard input: a line for each backup, in any order, "NAME complete" or "NAME damaged"; NAME as 20261121T101501Z-r960
# (time in UTC, etcd revision). A third word is the history that it is of; without one it is of PRESENT. Any other line
# is somebody else's folder and is passed over. The rules count the backups of each history by itself.
#
# Standard output: a line for each backup, newest first, "keep NAME reason; reason" or "prune NAME reason".
# For input that makes no sense it prints nothing there, says why on standard error, and ends with 2.

BEGIN {
  split("LAST HOURLY DAILY WEEKLY MONTHLY YEARLY", counting)
  for (r = 1; r in counting; r++) limit[r] = rule("KEEP_" counting[r])
  within = rule("KEEP_WITHIN_SECONDS")
  all = rule("KEEP_ALL")
  if (!rules) refuse("no rule says what to keep: set KEEP_LAST, KEEP_DAILY or another KEEP_ variable, or KEEP_ALL=1")

  present = ENVIRON["PRESENT"] ""
  now = seconds_of(ENVIRON["NOW"])
  if (now < 0) refuse("NOW must be a UTC time like 20261121T101501Z, got '" ENVIRON["NOW"] "'")
}

/^[0-9]+T[0-9]+Z-r[1-9][0-9]* (complete|damaged)( [0-9]+(\.[0-9]+)?)?$/ {
  name = substr($0, 1, index($0, " ") - 1)
  stamp = substr(name, 1, 16)
  revision = substr(name, 19)
  seconds = seconds_of(stamp)
  if (seconds < 0 || length(revision) > 19) next

  if (!(name in seconds_at)) names[++total] = name
  seconds_at[name] = seconds
  # Padded as text: a revision has up to 63 bits, awk's numbers hold 53.
  age_key[name] = stamp substr("0000000000000000000", length(revision) + 1) revision
  if ($2 == "damaged") damaged[name] = 1
  # As text: an id has up to 64 bits.
  if (NF == 3) cluster[name] = $3 ""
  else if (!(name in cluster)) cluster[name] = present
}

END {
  if (refused) exit 2
  written = ENVIRON["JUST_WRITTEN"]
  if (written != "" && !(written in seconds_at))
    refuse("JUST_WRITTEN is '" written "', which is not in the listing: nothing can be pruned before it is")

  newest_first(1, total)
  for (i = 1; i <= total; i++) {
    if (!counts(names[i])) continue
    if (!(cluster[names[i]] in newest)) newest[cluster[names[i]]] = names[i]
    oldest[cluster[names[i]]] = names[i]
  }
  for (i = 1; i <= total; i++) decide(names[i])
}

# The value of a rule; 0 when there is none.
function rule(variable,    value) {
  value = ENVIRON[variable]
  if (value == "") return 0
  if (value !~ /^[1-9][0-9]*$/)
    refuse(variable " must be a whole number of at least 1, got '" value "': leave it empty for no such rule")
  rules++
  return value + 0
}

function refuse(message) {
  print "retention: " message > "/dev/stderr"
  refused = 1
  exit 2
}

# Seconds since an arbitrary midnight; -1 for what is not a real time. Without mktime, in which busybox' awk and mawk
# differ.
function seconds_of(stamp,    hour) {
  if (stamp !~ /^[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9][0-9][0-5][0-9][0-5][0-9]Z$/) return -1
  hour = substr(stamp, 10, 2) + 0
  if (!is_date(stamp) || hour > 23) return -1
  return day_number(stamp) * 86400 + hour * 3600 + substr(stamp, 12, 2) * 60 + substr(stamp, 14, 2)
}

function is_date(stamp,    year, month, day, days) {
  year = substr(stamp, 1, 4) + 0
  month = substr(stamp, 5, 2) + 0
  day = substr(stamp, 7, 2) + 0
  days = month == 2 ? 28 + (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) : 30 + (month + int(month / 8)) % 2
  return month >= 1 && month <= 12 && day >= 1 && day <= days
}

# Days since Wednesday, 1 March of the year -400 (Gregorian). A year that begins in March ends with its leap day.
# Counted from there no year is negative; of negative numbers int() would round the wrong way.
function day_number(stamp,    year, month) {
  year = substr(stamp, 1, 4) + 400
  month = substr(stamp, 5, 2) - 3
  if (month < 0) { month += 12; year-- }
  return 365 * year + int(year / 4) - int(year / 100) + int(year / 400) \
    + int((153 * month + 2) / 5) + substr(stamp, 7, 2) - 1
}

# Merge sort: of the awks only gawk has a sort, and a folder may hold thousands of backups.
function newest_first(low, high,    middle, a, b, i) {
  if (low >= high) return
  middle = int((low + high) / 2)
  newest_first(low, middle)
  newest_first(middle + 1, high)
  a = low
  b = middle + 1
  for (i = low; i <= high; i++) {
    if (b > high || (a <= middle && age_key[names[a]] > age_key[names[b]])) merged[i] = names[a++]
    else merged[i] = names[b++]
  }
  for (i = low; i <= high; i++) names[i] = merged[i]
}

# A damaged backup must not push out a good one, and neither must one that is dated in the future: no rule counts them.
function counts(name) {
  return !(name in damaged) && seconds_at[name] <= now
}

function decide(name) {
  reasons = ""
  if (name == written) because("just written")
  if (name in damaged) because("damaged: not counted, look at it")
  if (seconds_at[name] > now) because("dated in the future: check the clock")
  if (counts(name)) apply_rules(name, cluster[name])
  if (reasons != "" && cluster[name] != present) because("of another etcd cluster, " cluster[name])
  print (reasons != "" ? "keep " name " " reasons : "prune " name " no rule keeps it")
}

function because(reason) {
  reasons = reasons (reasons != "" ? "; " : "") reason
}

# Each cluster has its own counts.
function apply_rules(name, id,    r, period) {
  if (name == newest[id]) because("newest")
  if (all) because("all are kept")
  for (r = 1; r in counting; r++) {
    if (!((id, r) in left)) left[id, r] = limit[r]
    if (!left[id, r]) continue
    period = period_of(name, counting[r])
    if (period != current[id, r]) because(tolower(counting[r]))
    else if (name == oldest[id]) because("oldest " tolower(counting[r]))
    else continue
    current[id, r] = period
    left[id, r]--
  }
  if (within && seconds_at[name] > seconds_at[newest[id]] - within) because("within")
}

# Always text, so that two periods are compared as text.
function period_of(name, kind) {
  if (kind == "LAST") return name
  if (kind == "HOURLY") return substr(name, 1, 11)
  if (kind == "DAILY") return substr(name, 1, 8)
  if (kind == "WEEKLY") return "week " int((day_number(name) + 2) / 7)
  if (kind == "MONTHLY") return substr(name, 1, 6)
  return substr(name, 1, 4)
}
