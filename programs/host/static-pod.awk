# Reads the manifest of a static pod, strictly: what is not exactly understood is refused, with its line.
#
#   awk -v component=etcd -f static-pod.awk MANIFEST
#
# Understood: one document of YAML in block style, flow style within a line, plain and quoted values, comments. The rest
# of YAML (anchors, tags, values over several lines where one is needed) is refused: nobody guesses what etcd was told.
#
# Standard output, a line each, tab between the words:
#   arg     WORD               a word behind the program's name, variables replaced as Kubernetes does
#   env     NAME=VALUE         a variable of the container
#   mount   PATH  HOST_PATH    a path in the container and where it is on the host; empty if it isn't there
#   user    NUMBER             the user that the container runs as
#   image   REFERENCE
# or, as its last line:
#   refused LINE  REASON       and the exit status 1
#   absent                     and the exit status 3: no container runs the component

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

END {
  if (refused) exit 1
  if (!rooted) refuse("there is nothing in it")
  if (string("kind") != "Pod") refuse("its kind is not Pod")
  tell()
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
    if (!take_quoted(text)) refuse("the quote does not end in this line, or has an escape that is not understood: " text)
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
      else if (substr(flow_text, flow_at, 1) !~ /[]}]/) refuse("the bracket does not end in this line, or is not understood: " flow_text)
    }
  }
  rest = substr(flow_text, flow_at)
  if (flow_text ~ /\t/) refuse("a tab within brackets is not understood")
  if (first == "\"" || first == "'") {
    if (!take_quoted(rest)) refuse("the quote does not end in this line, or has an escape that is not understood: " rest)
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

# --- what the pod says

# string PATH: a text, or nothing if there is none.
function string(path) {
  path = IN path
  if (!(path in types)) {
    if (path in keys && counts[path] > 0) wrong(path, "is no string")
    return ""
  }
  if (types[path] != "string") wrong(path, "is a " types[path] " and no string")
  if (values[path] ~ /[^ -~]/) wrong(path, "has a character in it that is not ASCII")
  return values[path]
}

function wrong(path, what,    line) {
  line = lines[path]
  gsub(IN, ".", path)
  gsub(AT, " ", path)
  refuse(substr(path, 2) " " what, line)
}

# words PATH: the items of a list of texts, added to word[1..word_count].
function words(path,    i) {
  if ((IN path) in types) wrong(IN path, "is not a list")
  for (i = 0; i < counts[IN path]; i++) {
    if (!((IN path AT i) in types)) wrong(IN path AT i, "is empty or no string")
    word[++word_count] = string(path AT i)
    word_line[word_count] = lines[IN path AT i]
  }
}

function base(path) {
  sub(/.*\//, "", path)
  return path
}

# starts CONTAINER: whether its image or its command starts the component.
function starts(container,    i, j, parts, part) {
  word_count = 0
  words(container IN "command")
  # No command: an image that is called so starts it by itself.
  if (word_count == 0 && base(repository(values[IN container IN "image"])) == component) return 1
  words(container IN "args")
  for (i = 1; i <= word_count; i++) {
    if (word[i] ~ /^-/) continue
    # A shell gets its commands in one word.
    parts = split(word[i], part, /[ ;&|()"\047]+/)
    for (j = 1; j <= parts; j++) if (base(part[j]) == component) return 1
  }
  return 0
}

# repository REFERENCE: of an image, without tag and digest.
function repository(reference) {
  sub(/@.*/, "", reference)
  sub(/:[^\/]*$/, "", reference)
  return reference
}

function tell(    containers, container, chosen, others, i, named) {
  containers = "spec" IN "containers"
  for (i = 0; i < counts[IN containers]; i++) {
    container = containers AT i
    if (string(container IN "name") == component) {
      if (named != "") refuse("two containers are called " component)
      named = container
    }
  }
  chosen = named
  for (i = 0; i < counts[IN containers]; i++) {
    container = containers AT i
    if (container == named || !starts(container)) continue
    if (chosen != "") refuse("two containers run " component)
    chosen = container
  }
  # An init container that goes on running beside the others.
  containers = "spec" IN "initContainers"
  for (i = 0; i < counts[IN containers]; i++) {
    container = containers AT i
    is_component = string(container IN "name") == component || starts(container)
    if (values[IN container IN "restartPolicy"] == "Always" && is_component)
      refuse("an init container runs " component, lines[IN container IN "restartPolicy"])
  }
  if (chosen == "") {
    print "absent"
    exit 3
  }
  if (values[IN "spec" IN "hostNetwork"] != "true" || types[IN "spec" IN "hostNetwork"] != "boolean")
    refuse("hostNetwork is not true: " component " is looked for on the host's network")
  tell_environment(chosen)
  tell_words(chosen)
  tell_mounts(chosen)
  print "user\t" user_of(chosen)
  print "image\t" string(chosen IN "image")
}

function user_of(container,    path) {
  path = IN container IN "securityContext" IN "runAsUser"
  if (!(path in types)) path = IN "spec" IN "securityContext" IN "runAsUser"
  if (!(path in types)) return 0
  if (values[path] !~ /^[0-9]+$/ || types[path] != "number") wrong(path, "is no number")
  return values[path]
}

function tell_environment(container,    list, i, name) {
  if (counts[IN container IN "envFrom"] > 0) refuse("envFrom: the variables of " component " are known only in its container: write them into env")
  list = container IN "env"
  for (i = 0; i < counts[IN list]; i++) {
    name = string(list AT i IN "name")
    if (((IN list AT i IN "valueFrom") in keys)) {
      if (name ~ /^ETCD_/) refuse("the variable " name " has valueFrom, and is known only in the container: write its value", lines[IN list AT i IN "valueFrom"])
      continue
    }
    if (name ~ /^ETCD_/ && !((IN list AT i IN "value") in types)) refuse("the variable " name " has no value")
    environment[name] = string(list AT i IN "value")
    if (name ~ /^ETCD_/) environment[name] = expanded(environment[name], lines[IN list AT i IN "value"])
    if (environment[name] ~ /[$]/) continue
    known[name] = 1
    print "env\t" name "=" environment[name]
  }
}

# expanded TEXT LINE: with $(NAME) replaced, as Kubernetes does.
function expanded(text, line,    whole, done, name) {
  whole = text
  done = ""
  while (match(text, /[$][(][^()]*[)]/)) {
    name = substr(text, RSTART + 2, RLENGTH - 3)
    if (!(name in known)) refuse("the variable $(" name ") is known only in the container: write its value in its place", line)
    done = done substr(text, 1, RSTART - 1) environment[name]
    text = substr(text, RSTART + RLENGTH)
  }
  if (done text ~ /[$]/) refuse("the dollar in " whole " is not understood: write the value in its place", line)
  return done text
}

function tell_words(container,    i, first) {
  word_count = 0
  words(container IN "command")
  first = word_count + 1
  words(container IN "args")
  # An image whose entry point is the component needs no command.
  if (first > 1 || (word_count > 0 && word[1] !~ /^-/)) {
    if (base(word[1]) != component)
      refuse("the container of " component " starts " word[1] ", and not " component " itself", word_line[1])
    first = 2
  }
  for (i = first; i <= word_count; i++) print "arg\t" expanded(word[i], word_line[i])
}

function tell_mounts(container,    list, i, path, volume, host) {
  list = container IN "volumeMounts"
  for (i = 0; i < counts[IN list]; i++) {
    path = string(list AT i IN "mountPath")
    if (path !~ /^\/+$/) sub(/\/+$/, "", path)
    volume = volume_of(string(list AT i IN "name"))
    host = volume == "" ? "" : string(volume IN "hostPath" IN "path")
    if (host != "" && (host !~ /^\// || host "/" ~ /\/[.][.]\//))
      refuse("the hostPath " host " is no absolute path without ..")
    if (host !~ /^\/+$/) sub(/\/+$/, "", host)
    if (host != "" && ((IN list AT i IN "subPath") in keys)) host = host "/" string(list AT i IN "subPath")
    if ((IN list AT i IN "subPathExpr") in keys) refuse("subPathExpr is known only in the container: write subPath in its place")
    print "mount\t" path "\t" host
  }
}

function volume_of(name,    list, i) {
  list = "spec" IN "volumes"
  for (i = 0; i < counts[IN list]; i++) if (string(list AT i IN "name") == name) return list AT i
  return ""
}
