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

# apt goes on with the stanza after a line of blanks, or a comment.
/^\r?$/ {
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
  sub(/\r$/, "", value)
  if (/^[^ \t]/) {
    last = name_in($0)
    if (last in field) fault = "the field " last " stands twice in a stanza"
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
  last = fault = ""
}

function is_active() {
  return (" " field["types"] " ") ~ / deb / && tolower(field["enabled"]) !~ /^(no|false|without|off|disable|0)$/
}

# print_lines(): one for each URI and suite. What could not be written anew has the option not-understood.
function print_lines(  options, uri, uris, i, suite, suites, j) {
  options = options_in_line()
  uris = split(field["uris"], uri, " ")
  suites = split(field["suites"], suite, " ")
  if (uris > 1) fault = "a stanza has several URIs"
  if (field["signed-by"] ~ /BEGIN PGP/) fault = "the key stands in it"
  if (fault != "") {
    gsub(/ /, "_", fault)
    options = "not-understood=" fault
  }
  for (i = 1; i <= uris; i++)
    for (j = 1; j <= suites; j++)
      print "deb " (options == "" ? "" : "[" options "] ") uri[i] " " suite[j] \
        (field["components"] == "" ? "" : " " field["components"])
}

# options_in_line(): the fields that apt knows, as a line has them. The others mean nothing to it.
function options_in_line(  known, count_known, i, value, options) {
  count_known = split("architectures languages targets signed-by trusted allow-insecure allow-weak " \
    "allow-downgrade-to-insecure by-hash pdiffs check-valid-until valid-until-min valid-until-max check-date " \
    "date-max-future inrelease-path", known, " ")
  for (i = 1; i <= count_known; i++) {
    if (!(known[i] in field)) continue
    value = field[known[i]]
    gsub(/ /, ",", value)
    if (value ~ /]/) fault = "the field " known[i] " has a bracket"
    options = options (options == "" ? "" : " ") in_line(known[i]) "=" value
  }
  return options
}

# in_line(FIELD): how a line calls it.
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
