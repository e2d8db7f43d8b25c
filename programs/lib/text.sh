# shellcheck shell=sh
# text.sh: words, lines, JSON, and what a person pastes into a shell.

count() {
  echo "$1" | wc -w
}

# joined: joins lines to one line of words; "none" if there are none.
joined() {
  awk 'NF { printf "%s%s", (n++ ? " " : ""), $0 } END { print n ? "" : "none" }'
}

# json_text TEXT: escaped for a JSON string, and short enough for a termination message (4096 bytes in all). It works on
# bytes, whatever the locale. What isn't whole UTF-8, such as a character that was cut, is left out: the kubelet could
# not report it.
json_text() {
  # shellcheck disable=SC2059 # nothing but octal escapes
  printf "$(printf '%s' "$1" | od -An -v -tu1 | awk '
    function follows(byte) { return byte < 192 ? 0 : byte < 224 ? 1 : byte < 240 ? 2 : 3 }
    function put(size, text) { room -= size; if (room >= 0) printf "%s", text }
    BEGIN { room = 1000 }
    {
      for (i = 1; i <= NF; i++) {
        if ($i >= 128 && $i < 192) {
          if (wanted == 0) continue
          character = character sprintf("\\%03o", $i)
          size++
          if (--wanted == 0) put(size, character)
        } else {
          wanted = follows($i)
          character = sprintf("\\%03o", $i < 32 ? 32 : $i)
          size = 1
          if (wanted == 0) put(1, ($i == 34 || $i == 92 ? "\\134" : "") character)
        }
      }
    }')"
}

# quoted TEXT: so that a shell reads it as one word, whatever is in it. For lines that a person pastes as root.
quoted() {
  case $1 in
    '' | *[!A-Za-z0-9\ %+,./:=@_-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *' '*) printf '"%s"' "$1" ;;
    *) printf '%s' "$1" ;;
  esac
}

# json_number KEY, json_string KEY: the first such value in the JSON on standard input, empty if there is none.
# Enough for the flat, compact JSON that etcd's tools write; the etcd image has no jq.
json_number() {
  grep -o "\"$1\":[[:space:]]*[0-9][0-9]*" | head -n 1 | sed 's/.*[^0-9]//'
}

json_string() {
  grep -o "\"$1\":[[:space:]]*\"[^\"]*\"" | head -n 1 | sed 's/^"[^"]*":[[:space:]]*"//; s/"$//'
}
