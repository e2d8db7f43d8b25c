# shellcheck shell=sh
# left-aside.sh: components that an operation has left stopped at its end, as they would begin an empty cluster. The
# next operation of this host takes them up, so that nobody has to put a manifest back by hand.
#
#   RECORD       folder of the operation's record
#   left-aside   fact of an operation that has ended: the components that it has left stopped
#   taken-up     fact of this operation: those that it has found so

# take_up_left_aside: from here on they are as if this operation had stopped them. A dry run only reads their manifests.
take_up_left_aside() {
  local component from manifest
  for component in etcd kube-apiserver; do
    from=$(left_aside_by "$component")
    if [ -z "$from" ] || [ -f "$RECORD/manifests/$component.yaml" ]; then continue; fi
    if [ -z "${DRY_RUN:-}" ]; then
      keep_fact taken-up "$(fact taken-up) $component" && keep_fact "$component-stopped" yes || return 1
    fi
    manifest=manifests/$component.yaml
    [ -f "$from/$manifest" ] || continue
    mkdir -p "$RECORD/manifests" && cp -p "$from/$manifest" "$RECORD/manifests/.draft" &&
      put_in_place "$RECORD/manifests/.draft" "$RECORD/$manifest" || return 1
  done
}

# left_aside_by COMPONENT: the record of the operation that has left it stopped. That is the last one that has stopped
# it: nobody has started it since.
left_aside_by() {
  local record
  record=$(
    # shellcheck disable=SC2012 # by time, and the names are ours
    ls -t "$OPERATIONS"/*/result 2>/dev/null | while read -r record; do
      record=${record%/result}/record
      [ ! -s "$record/$1-stopped" ] || { echo "$record" && break; }
    done
  )
  case " $(cat "${record:-/nonexistent}/left-aside" 2>/dev/null) " in
    *" $1 "*) ;;
    *) return 0 ;;
  esac
  if [ -f "$record/manifests/$1.yaml" ]; then
    [ -f "$MANIFESTS/$1.yaml" ] || echo "$record"
  elif [ -e "$record/hold" ] && is_unit_held; then
    echo "$record"
  fi
}

# leave_aside COMPONENTS: this operation leaves them stopped at its end. Its record has the only copy of their
# manifests, and what holds etcd's unit.
leave_aside() {
  local needed="$RECORD/hold"
  [ ! -d "$RECORD/manifests" ] || needed=$RECORD/manifests
  keep_fact needed "$needed" && keep_fact left-aside "$1"
}

# was_left_aside COMPONENT: whether it was stopped when this operation began, and is not to start if it goes back.
was_left_aside() {
  case " $(fact taken-up) " in
    *" $1 "*) return 0 ;;
    *) return 1 ;;
  esac
}
