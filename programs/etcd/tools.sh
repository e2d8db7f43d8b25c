# shellcheck shell=sh
# tools.sh: etcd's own tools, whichever the image has.
#
#   ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY   files that etcdctl itself reads; unset where etcd speaks plain HTTP
#   WORK                                        folder for the output of commands

require_etcdctl() {
  command -v etcdctl >/dev/null ||
    refuse "the etcd image has no etcdctl" "set the etcd image to one that has, such as registry.k8s.io/etcd"
}

# require_etcd: for the trial, which serves the restored data before anything stops.
require_etcd() {
  command -v etcd >/dev/null ||
    refuse "there is no etcd to serve the restored data with, before anything stops" \
      "take the kit with its bin/, or an etcd image that has etcd, etcdctl and etcdutl"
}

# choose_tools: etcdctl asks members, etcdutl reads files. etcd 3.4 has no etcdutl, and some images of 3.5 leave it out:
# then etcdctl reads files. In 3.6 etcdctl lost `snapshot status`.
# shellcheck disable=SC2034 # OFFLINE: callers read files with it
choose_tools() {
  require_etcdctl
  if command -v etcdutl >/dev/null; then
    OFFLINE=etcdutl
  elif etcdctl snapshot --help 2>/dev/null | grep -q 'status'; then
    OFFLINE=etcdctl
  else
    refuse "the etcd image has no etcdutl, and its etcdctl can't check a snapshot" \
      "set the etcd image to one that has etcdutl: registry.k8s.io/etcd from 3.6.5-0 on, or gcr.io/etcd-development/etcd"
  fi
}

# ask ENDPOINT SECONDS COMMAND...: runs etcdctl on one member. Its output goes to $WORK/answer and $WORK/errors.
ask() {
  local ask_endpoint ask_seconds
  ask_endpoint=$1
  ask_seconds=$2
  shift 2
  # etcdctl's own limit gives the better message; the outer one also ends an etcdctl whose write hangs in the kernel.
  run $((ask_seconds + 15)) etcdctl --endpoints="$ask_endpoint" --dial-timeout=5s --command-timeout="${ask_seconds}s" \
    "$@" \
    >"$WORK/answer" 2>"$WORK/errors"
}

# reason SECONDS: why the last `ask` failed, in words that help. etcdctl's last line is often just "context deadline
# exceeded"; the cause is above it.
reason() {
  local pattern
  # Before the rest, as a file's permission is denied in the same words.
  if grep -oh -e 'etcdserver: permission denied' -e 'etcdserver: user name [^"\\]*' \
    -e 'etcdserver: [^"\\]*auth[^"\\]*' \
    -e 'desc = auth: [^"\\]*' \
    "$WORK/errors" >"$WORK/cause" 2>/dev/null; then
    echo "it has authentication on and refuses this client: $(sed 's/^desc = //; 1q' "$WORK/cause")"
    return
  fi
  for pattern in 'x509: [^"\\]*' 'remote error: tls: [^"\\]*' 'tls: [^"\\]*' 'no space left on device' \
    'read-only file system' \
    'connection refused' 'no such host' 'no such file or directory' 'permission denied' 'no route to host' \
    'connection closed' 'use of closed network connection' 'broken pipe' 'connection reset by peer'; do
    if grep -oh "$pattern" "$WORK/errors" >"$WORK/cause" 2>/dev/null; then
      head -n 1 "$WORK/cause"
      return
    fi
  done
  if grep -q 'deadline exceeded\|DeadlineExceeded' "$WORK/errors" || [ ! -s "$WORK/errors" ]; then
    echo "no answer within $1 s"
  else
    tail -n 1 "$WORK/errors" | cut -c1-300
  fi
}

# advice TEXT: the fix that goes with a reason.
advice() {
  case $1 in
    *'has authentication on'*)
      echo "give a client certificate (now ${ETCDCTL_CERT:-none}) whose common name, CN, is a user of etcd with the role root; as its root user: etcdctl user add CN --no-password, then etcdctl user grant-role CN root. With kubeadm's certificate CN is kube-etcd-healthcheck-client"
      ;;
    *'signed by unknown authority'*) echo \
      "give the CA that signed this etcd's certificates (got ${ETCDCTL_CACERT:-none})" ;;
    *'private key does not match'*) echo \
      "give the key that belongs to the client certificate (${ETCDCTL_CERT:-none}, ${ETCDCTL_KEY:-none})" ;;
    *expired* | *'bad certificate'* | *'certificate required'* | *'unknown certificate'*)
      echo "etcd refuses the client certificate (${ETCDCTL_CERT:-none}): check its dates and CA, with kubeadm: kubeadm certs check-expiration, kubeadm certs renew"
      ;;
    # etcdctl 3.4 says no more about a refused certificate.
    *'connection closed'* | *'closed network connection'* | *'broken pipe'* | *'reset by peer'*)
      echo "etcd hung up: most often it refuses the client certificate (${ETCDCTL_CERT:-none}), check its dates and CA (kubeadm certs check-expiration)"
      ;;
    *x509*) echo "the endpoint's certificate does not fit its address: use an address that stands in the certificate" ;;
    *'connection refused'*) echo \
      "nothing listens there: check that etcd runs on that node (crictl ps, or systemctl status etcd) and the client port" ;;
    *'cluster of its own'*)
      echo "bring it back to the others: on its machine sh replace-member.sh, with --via and the client URL of another member"
      ;;
    *'no such host'*) echo "the name doesn't resolve on this node: give the cluster the member's address" ;;
    *'no answer within'*) echo \
      "check the member's health and the network; if it was the save that took long, raise snapshotTimeout" ;;
    *) echo "check that etcd runs and that the endpoints are right" ;;
  esac
}

# member_name ENDPOINT MEMBER_ID: the name of the member with that (decimal) id; the id itself if there is no quorum to
# ask.
member_name() {
  local found=
  if ask "$1" 5 member list --write-out=json; then
    found=$(tr '{' '\n' <"$WORK/answer" | sed -n "s/.*\"ID\":$2,\"name\":\"\([^\"]*\)\".*/\1/p" | head -n 1)
  fi
  echo "${found:-$2}"
}
