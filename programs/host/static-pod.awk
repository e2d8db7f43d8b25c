# Says what the manifest of a static pod, read by yaml.awk, tells a component.
#
#   awk -v component=etcd -f yaml.awk -f static-pod.awk MANIFEST
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

END {
  if (refused) exit 1
  if (!rooted) refuse("there is nothing in it")
  if (string("kind") != "Pod") refuse("its kind is not Pod")
  tell()
}

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
  if (counts[IN container IN "envFrom"] > 0)
    refuse("envFrom: the variables of " component " are known only in its container: write them into env")
  list = container IN "env"
  for (i = 0; i < counts[IN list]; i++) {
    name = string(list AT i IN "name")
    if (((IN list AT i IN "valueFrom") in keys)) {
      if (name ~ /^ETCD_/)
        refuse("the variable " name " has valueFrom, and is known only in the container: write its value",
          lines[IN list AT i IN "valueFrom"])
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
    if (!(name in known))
      refuse("the variable $(" name ") is known only in the container: write its value in its place", line)
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

function tell_mounts(container,    list, i, path, volume, host, where, mounted) {
  list = container IN "volumeMounts"
  for (i = 0; i < counts[IN list]; i++) {
    path = string(list AT i IN "mountPath")
    if (path == "") refuse("a volumeMount has no mountPath", lines[IN list AT i IN "name"])
    if (path !~ /^\/+$/) sub(/\/+$/, "", path)
    where = path
    gsub(/\/+/, "/", where)
    if (where in mounted) refuse("two volumes are mounted at " where, lines[IN list AT i IN "mountPath"])
    mounted[where]
    volume = volume_of(string(list AT i IN "name"))
    host = volume == "" ? "" : string(volume IN "hostPath" IN "path")
    if (host != "" && (host !~ /^\// || host "/" ~ /\/[.][.]\//))
      refuse("the hostPath " host " is no absolute path without ..")
    if (host !~ /^\/+$/) sub(/\/+$/, "", host)
    if (host != "" && ((IN list AT i IN "subPath") in keys)) host = host "/" string(list AT i IN "subPath")
    if ((IN list AT i IN "subPathExpr") in keys)
      refuse("subPathExpr is known only in the container: write subPath in its place")
    print "mount\t" path "\t" host
  }
}

function volume_of(name,    list, i) {
  list = "spec" IN "volumes"
  for (i = 0; i < counts[IN list]; i++) if (string(list AT i IN "name") == name) return list AT i
  return ""
}
