# Reads one document of YAML, strictly: what is not exactly understood is refused, with its line.
#
# Understood: block style, flow style within a line, plain and quoted values, comments. The rest of YAML (anchors, tags,
# values over several lines where one is needed) is refused: nobody guesses what a component was told.
#
# What it leaves, by path; a path is made of IN key and AT index:
#   keys[PATH]     a key that stands there, whatever its value
#   values[PATH]   a value, types[PATH] its type: string, number, boolean, null, time, block
#   counts[PATH]   how many items a sequence has
#   lines[PATH]    where it stands
#   rooted         whether there was anything
#   refused        whether something was refused, which is printed: refused LINE REASON

BEGIN {
  block = -1
  IN = "\001" # separates a key from the mapping that it is in
  AT = "\002" # separates an index from the sequence that it is in
}

{
  text = $0
  if (NR == 1) sub(/^\357\273\277/, "", text)
  sub(/\r$/, "", text)
  # To YAML these end a line, too: a carriage return, and three characters beyond ASCII.
  if (text ~ /\r|\302\205|\342\200[\250\251]/) refuse("the line has a character in it that ends a line of YAML")
  sub(/[ \t]+$/, "", text)
  match(text, /^ */)
  column = RLENGTH
  if (block >= 0) {
    if (text == "" || column > block) next
    block = -1
  }
  text = substr(text, column + 1)
  if (text == "" || text ~ /^#/) next
  if (text ~ /^\t/) refuse("the line is indented by a tab")
  if (column == 0 && text ~ /^---( +#.*)?$/) {
    if (begun) refuse("a second document begins here (---)")
    begun = 1
    next
  }
  if (column == 0 && text ~ /^(%|---|\.\.\.)/) refuse("this is not understood: " text)
  if (text ~ /[\001-\010\013-\037\177]/) refuse("the line has a control character in it")
  begun = 1
  place(column, text)
}

# refuse REASON [LINE]: without LINE it is the line that is being read.
function refuse(reason, line) {
  if (!refused) print "refused\t" (line ? line : NR + 0) "\t" reason
  refused = 1
  exit 1
}

# --- the structure: a stack of the mappings and sequences that are open

function push(kind, column, path) {
  depth++
  kinds[depth] = kind
  columns[depth] = column
  paths[depth] = path
  open_at[depth] = ""
  counts[path] += 0
}

# child KIND COLUMN: opens a mapping or a sequence. There has to be a key or an item that still lacks its value.
function child(kind, column,    path) {
  if (depth > 0 && open_at[depth] == "") refuse("this belongs to nothing: look at its indentation")
  path = depth > 0 ? open_at[depth] : ""
  if (depth > 0) open_at[depth] = ""
  push(kind, column, path)
}

function place(column, text) {
  if (text ~ /^[{]/ && !rooted) {
    rooted = 1
    value("", text, column)
  } else if (text == "-" || text ~ /^- /) item(column, text)
  else if (find_key(text)) entry(column)
  else refuse("this is neither `key: value` nor `- item`" (text ~ /\t/ ? ", there is a tab in it: " : ": ") text)
}

function item(column, text,    path, rest) {
  while (depth > 0 && columns[depth] > column) depth--
  if (depth == 0) refuse("a pod does not begin with an item")
  if (kinds[depth] != "sequence" || columns[depth] < column) child("sequence", column)
  path = paths[depth] AT counts[paths[depth]]++
  rest = substr(text, 2)
  match(rest, /^ */)
  column += 1 + RLENGTH
  rest = substr(rest, RLENGTH + 1)
  open_at[depth] = path
  if (rest == "" || rest ~ /^#/) return
  if (rest == "-" || rest ~ /^- / || find_key(rest)) {
    place(column, rest)
    return
  }
  open_at[depth] = ""
  value(path, rest, columns[depth])
}

# entry COLUMN: the key and what follows it are in found_key and found_rest.
function entry(column,    path, rest) {
  rest = found_rest
  path = found_key
  while (depth > 0 && (columns[depth] > column || (columns[depth] == column && kinds[depth] == "sequence"))) depth--
  if (depth == 0 && rooted) refuse("this belongs to nothing: look at its indentation")
  if (depth == 0 || columns[depth] < column) child("mapping", column)
  rooted = 1
  path = paths[depth] IN path
  if (path in keys) refuse("the key " found_key " stands twice")
  if (found_key == "<<") refuse("the merge key << is not understood")
  keys[path] = 1
  lines[path] = NR
  open_at[depth] = path
  if (rest == "" || rest ~ /^#/) return
  open_at[depth] = ""
  value(path, rest, column)
}

# find_key TEXT: whether it begins with `key:`.
function find_key(text,    first) {
  first = substr(text, 1, 1)
  if (first == "\"" || first == "'") {
    if (!take_quoted(text) || taken_rest !~ /^ *:([ \t]|$)/) return 0
    found_key = taken
    found_rest = taken_rest
    sub(/^ *:[ \t]*/, "", found_rest)
    return 1
  }
  if (first ~ /[][{}&*!|>%@`,?#]/ || !match(text, /:([ \t]|$)/)) return 0
  found_key = substr(text, 1, RSTART - 1)
  found_rest = substr(text, RSTART + 1)
  if (found_key ~ /[ \t]#|\t/) return 0
  sub(/ +$/, "", found_key)
  sub(/^[ \t]+/, "", found_rest)
  return found_key != ""
}

# --- values

function set(path, text, kind) {
  values[path] = text
  types[path] = kind
  lines[path] = NR
}

# value PATH TEXT COLUMN: takes the value in TEXT, the rest of a line.
function value(path, text, column,    first) {
  first = substr(text, 1, 1)
  if (first == "\"" || first == "'") {
    if (!take_quoted(text))
      refuse("the quote does not end in this line, or has an escape that is not understood: " text)
    if (taken_rest !~ /^([ \t]+#.*)?$/) refuse("something stands behind the quote: " text)
    set(path, taken, "string")
  } else if (first == "[" || first == "{") {
    flow_text = text
    flow_at = 1
    flow(path)
    if (substr(flow_text, flow_at) !~ /^ *([ \t]#.*)?$/) refuse("something stands behind the bracket: " text)
  } else if (first == "|" || first == ">") {
    if (text !~ /^[|>][-+1-9]*( +#.*)?$/) refuse("this is not understood: " text)
    block = column
    set(path, "", "block")
  } else if (first ~ /[][{}&*!%@`,?]/) {
    refuse("anchors, aliases and tags are not understood: " text)
  } else {
    if (match(text, /[ \t]#/)) text = substr(text, 1, RSTART - 1)
    sub(/[ \t]+$/, "", text)
    if (text ~ /: / || text ~ /:$/ || text ~ /\t/) refuse("this is not understood: " text)
    set(path, text, plain_type(text))
  }
}

# take_quoted TEXT: puts the quoted value at its beginning into taken, and what follows it into taken_rest.
function take_quoted(text,    quote, i, c) {
  quote = substr(text, 1, 1)
  taken = ""
  for (i = 2; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (c == "\\" && quote == "\"") {
      c = substr(text, ++i, 1)
      if (c !~ /["\\\/]/) return 0
    } else if (c == "\t") {
      return 0
    } else if (c == quote) {
      if (quote == "'" && substr(text, i + 1, 1) == "'") i++
      else {
        taken_rest = substr(text, i + 1)
        return 1
      }
    }
    taken = taken c
  }
  return 0
}

# plain_type TEXT: the type that YAML gives a value without quotes. Kubernetes takes no number or boolean for a text.
function plain_type(text) {
  if (text ~ /^(~|null|Null|NULL)$/) return "null"
  if (text ~ /^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE)$/) return "boolean"
  if (text ~ /^[-+]?(0x[0-9a-fA-F_]+|0o?[0-7_]+|0b[01_]+|[0-9][0-9_]*)$/) return "number"
  if (text ~ /^[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?$/) return "number"
  if (text ~ /^[-+]?\.(inf|Inf|INF)$/ || text ~ /^\.(nan|NaN|NAN)$/) return "number"
  if (text ~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]?-[0-9][0-9]?([Tt ].*)?$/) return "time"
  return "string"
}

function flow_blanks() {
  while (substr(flow_text, flow_at, 1) == " ") flow_at++
}

# flow PATH: takes the value in flow style at flow_at.
function flow(path,    first, rest, key) {
  flow_blanks()
  first = substr(flow_text, flow_at, 1)
  if (first == "") refuse("the bracket does not end in this line: " flow_text)
  if (first == "[" || first == "{") {
    flow_at++
    counts[path] += 0
    while (1) {
      flow_blanks()
      if (substr(flow_text, flow_at, 1) == (first == "[" ? "]" : "}")) {
        flow_at++
        return
      }
      if (first == "[") flow(path AT counts[path]++)
      else {
        key = flow_key()
        if ((path IN key) in keys) refuse("the key " key " stands twice")
        if (key == "<<") refuse("the merge key << is not understood")
        keys[path IN key] = 1
        flow(path IN key)
      }
      flow_blanks()
      if (substr(flow_text, flow_at, 1) == ",") flow_at++
      else if (substr(flow_text, flow_at, 1) !~ /[]}]/)
        refuse("the bracket does not end in this line, or is not understood: " flow_text)
    }
  }
  rest = substr(flow_text, flow_at)
  if (flow_text ~ /\t/) refuse("a tab within brackets is not understood")
  if (first == "\"" || first == "'") {
    if (!take_quoted(rest))
      refuse("the quote does not end in this line, or has an escape that is not understood: " rest)
    flow_at += length(rest) - length(taken_rest)
    set(path, taken, "string")
    return
  }
  if (first ~ /[]}&*!|>%@`,?#]/) refuse("this is not understood: " rest)
  match(rest, /^[^][{},]*/)
  key = substr(rest, 1, RLENGTH)
  flow_at += RLENGTH
  sub(/ +$/, "", key)
  if (key ~ /: / || key ~ /:$/ || key ~ / #/) refuse("this is not understood: " rest)
  set(path, key, plain_type(key))
}

# flow_key: takes the key at flow_at, and its colon.
function flow_key(    rest, key) {
  rest = substr(flow_text, flow_at)
  if (rest ~ /^["']/) {
    if (!take_quoted(rest) || taken_rest !~ /^ *:/) refuse("this is not understood: " rest)
    key = taken
    flow_at += length(rest) - length(taken_rest)
    flow_blanks()
    flow_at++
    return key
  }
  if (rest ~ /^[][&*!|>%@`,?#-]/ || !match(rest, /^[^][{},:]*: /)) refuse("this is not understood: " rest)
  key = substr(rest, 1, RLENGTH - 2)
  flow_at += RLENGTH
  sub(/ +$/, "", key)
  return key
}
