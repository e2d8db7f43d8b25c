# Reads the settings of a component from its arguments and its variables.
#
#   awk -f settings.awk      standard input: lines `arg WORD` and `env NAME=VALUE`, with a tab; others are ignored
#
# Standard output: a line NAME=VALUE for each flag, without its dashes. The last one of a name counts. Variables of etcd
# come first (ETCD_DATA_DIR is data-dir), then flags, which win, as in the components themselves. Or only a line
# `refused LINE REASON`, with tabs between, and the exit status 1.

BEGIN { FS = "\t" }

/^env\tETCD_[A-Z_]+=/ {
  name = tolower(substr($0, 10, index($0, "=") - 10))
  gsub(/_/, "-", name)
  told[++count] = name substr($0, index($0, "="))
}

# host/proc.sh puts \001 where a line ends within a word.
/^(arg|env)\t.*\001/ && broken == "" { broken = substr($0, 5) }

/^arg\t/ { word[++words] = substr($0, 5) }

END {
  if (broken != "") {
    gsub(/\001/, " ", broken)
    print "refused\t0\ta line ends within `" broken "`"
    exit 1
  }
  for (i = 1; i <= words; i++) {
    if (word[i] !~ /^--?[A-Za-z][-A-Za-z0-9]*(=|$)/) {
      print "refused\t0\t`" word[i] "` is no flag, or has a blank in it, and belongs to none"
      exit 1
    }
    flag = word[i]
    sub(/^--?/, "", flag)
    if (flag !~ /=/ && (i == words || word[i + 1] ~ /^-/) && takes_value(flag)) {
      print "refused\t0\t`" word[i] "` has no value, and takes the word behind it for one"
      exit 1
    }
    if (flag !~ /=/) flag = flag "=" (i < words && word[i + 1] !~ /^-/ ? word[++i] : "true")
    told[++count] = flag
  }
  for (i = 1; i <= count; i++) print told[i]
}

# takes_value FLAG: whether it is no switch, which may stand alone.
function takes_value(flag) {
  return flag ~ /^(name|initial-cluster(-token|-state)?|(secure|insecure)-port|(bind|advertise)-address)$/ ||
    flag ~ /-(file|cafile|certfile|keyfile|dir|urls|servers|prefix|bytes|config)$/
}
