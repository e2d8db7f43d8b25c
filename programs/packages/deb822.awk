# deb822.awk: a file of apt's sources in stanzas, *.sources.
#
# It prints a line for each repository that is active, in the format of sources.list. With `old` in the environment it
# prints the file instead, in which the stanza with this URI has other `fields`, a line `Name: value` each; a field
# without a value is taken away. Comments and all other stanzas stay.

BEGIN {
  rewrite = "old" in ENVIRON
  new_count = split(ENVIRON["fields"], new, "\n")
  for (i = 1; i <= new_count; i++) new_line[name_in(new[i])] = new[i]
}

/^[ \t]*$/ {
  end()
  if (rewrite) print
  next
}

{ text[++count] = $0 }

/^#/ {
  name[count] = ""
  next
}

# A line that begins with a blank continues the one before.
{
  value = $0
  if (/^[^ \t]/) {
    last = name_in($0)
    field[last] = ""
    sub(/^[^:]*:/, "", value)
  }
  name[count] = last
  gsub(/[ \t]+/, " ", value)
  gsub(/^ | $/, "", value)
  field[last] = field[last] (field[last] == "" || value == "" ? "" : " ") value
}

END { end() }

# name_in(LINE): of the field. apt takes it in any case.
function name_in(line) {
  line = tolower(line)
  sub(/[ \t]*:.*/, "", line)
  return line
}

function end() {
  if (rewrite) print_stanza()
  else if (is_active()) print_lines()
  split("", field)
  split("", text)
  split("", name)
  count = 0
  last = ""
}

function is_active() {
  return (" " field["types"] " ") ~ / deb / && tolower(field["enabled"]) !~ /^(no|false|without|off|disable|0)$/
}

# print_lines(): one for each URI and suite.
function print_lines(  option, options, uri, uris, i, suite, suites, j, value) {
  for (option in field) {
    if (option ~ /^(types|uris|suites|components|enabled|x-.*)$/) continue
    value = field[option]
    gsub(/ /, ",", value)
    if (value ~ /BEGIN,PGP/) value = "embedded"
    options = options (options == "" ? "" : " ") in_line(option) "=" value
  }
  uris = split(field["uris"], uri, " ")
  suites = split(field["suites"], suite, " ")
  for (i = 1; i <= uris; i++)
    for (j = 1; j <= suites; j++)
      print "deb " (options == "" ? "" : "[" options "] ") uri[i] " " suite[j] \
        (field["components"] == "" ? "" : " " field["components"])
}

# in_line(FIELD): how the option is called in a line.
function in_line(option) {
  if (option == "architectures") return "arch"
  if (option == "languages") return "lang"
  if (option == "targets") return "target"
  return option
}

function print_stanza(  i, mine, told, each) {
  mine = is_active() && field["uris"] == ENVIRON["old"]
  for (i = 1; i <= count; i++) {
    if (!mine || !(name[i] in new_line)) print text[i]
    else if (!(name[i] in told)) tell(name[i], told)
  }
  for (i = 1; mine && i <= new_count; i++) {
    each = name_in(new[i])
    if (!(each in told)) tell(each, told)
  }
}

function tell(field_name, told) {
  told[field_name]
  if (new_line[field_name] !~ /:[ \t]*$/) print new_line[field_name]
}
