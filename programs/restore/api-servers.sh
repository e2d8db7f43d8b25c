# shellcheck shell=sh
# api-servers.sh: the API servers that write into this etcd, as etcd itself knows them: each renews a lease there, every
# ten seconds, under its own address. One that takes no part would go on writing into the old data, and it would be the
# first to write into the restored one.
#
#   <etcd-prefix>/masterleases/<address>   an API server's lease; it is gone 15 s after the last renewal

# keep_quiet: an API server that somebody has started again would write into the old cluster.
keep_quiet() {
  ! has_api || keep_stopped kube-apiserver
}

# own_api_address: the address under which this machine's API server has its lease; `unknown` if its flags don't say it.
own_api_address() {
  local address flag
  has_api || return 0
  for flag in advertise-address bind-address; do
    address=$(setting kube-apiserver "$flag")
    case $address in
      '' | 0.0.0.0 | ::) ;;
      *) echo "$address" | plain_address && return ;;
    esac
  done
  echo unknown
}

# leases_prefix: where API servers keep their leases. They take the flag with or without slashes around.
leases_prefix() {
  echo "/$(setting kube-apiserver etcd-prefix | grep . || echo registry)/masterleases/" | tr -s /
}

# api_addresses: of those that write now. Status 1: etcd can't be asked.
api_addresses() {
  local prefix
  prefix=$(leases_prefix)
  ask_old get --prefix "$prefix" --keys-only || return 1
  sed -n "s,^$prefix,,p" "$WORK/answer" | plain_address
}

# plain_address: addresses of IPv6 have many spellings; here each has one, with all its zeros.
plain_address() {
  awk '
    !/:/ || /\./ { print; next }
    {
      halves = split(tolower($0), half, "::")
      before = split(half[1], first, ":")
      after = halves > 1 ? split(half[2], last, ":") : 0
      text = ""
      for (i = 1; i <= 8; i++) {
        group = i <= before ? first[i] : i > 8 - after ? last[i - 8 + after] : "0"
        while (length(group) < 4) group = "0" group
        text = text (i > 1 ? ":" : "") group
      }
      print text
    }'
}

# check_api_servers: each that writes has to be this machine's, or that of another machine of this restore, whose
# `ready` key has its address.
check_api_servers() {
  local address strangers='' unknown known
  known=$(own_api_address)
  if together; then
    ask_old get --prefix "$(key ready)/" --print-value-only || return 1
    known=$(echo "$known" && sed -n 's/^[0-9]* //p' "$WORK/answer")
  fi
  unknown=$(echo "$known" | grep -cx unknown || :)
  # Alone, with a dead etcd, nobody can be asked, and nobody writes.
  api_addresses >"$WORK/addresses" || { ! together && return 0; } || return 1
  sees_own_lease || return 1
  while read -r address; do
    echo "$known" | grep -qxF "$address" || strangers="$strangers $address"
  done <"$WORK/addresses"
  [ "$(count "$strangers")" -gt "$unknown" ] || return 0
  say_once "an API server writes into this etcd, and takes no part in this restore:$strangers. If it was stopped just now, this is over in 15 s"
  if overdue api-servers 25; then
    give_up "an API server writes into this etcd, and takes no part in this restore: at$strangers" \
      "let its machine take part: on every machine the same --with \"NAME …\" (a machine with an API server and no etcd). Or stop it there, by moving its manifest aside"
  fi
  return 1
}

# sees_own_lease: whether those in $WORK/addresses are all. An API server that is ready here has a lease there, too; if
# that is not found, the others' are not either. Status 1: not yet.
sees_own_lease() {
  local own
  own=$(own_api_address)
  if ! has_api || [ "$own" = unknown ] || grep -qxF "$own" "$WORK/addresses" || ! api_ready; then return 0; fi
  case $(setting kube-apiserver endpoint-reconciler-type) in
    none | master-count)
      say_once "warning: API servers with this --endpoint-reconciler-type leave no trace in etcd: whether another one writes into it can't be seen"
      return 0
      ;;
  esac
  say_once "the API server here is ready, and has no lease under $(leases_prefix) yet"
  overdue own-lease 25 || return 1
  give_up "which API servers write into this etcd can't be told: the one here is ready, and has no lease at $(leases_prefix)$own" \
    "compare its --etcd-prefix and --advertise-address with what is there: etcdctl get --prefix --keys-only $(leases_prefix)"
}

# tell_api_servers: in a dry run, which can't ask the others.
tell_api_servers() {
  if by_word || ! api_addresses >"$WORK/addresses" || [ ! -s "$WORK/addresses" ]; then return 0; fi
  say "these API servers write into this etcd, and each of their machines has to take part: $(joined <"$WORK/addresses")"
}
