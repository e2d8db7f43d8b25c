# shellcheck shell=sh
# all.sh: what every operation on hosts stands on: this whole room but environment.sh, which a program reads before
# it sets variables of its own.

. "$here/lib/text.sh"
. "$here/lib/report.sh"
. "$here/lib/process.sh"
. "$here/lib/disk.sh"
. "$here/lib/inputs.sh"
. "$here/lib/trust.sh"
. "$here/lib/record.sh"
. "$here/lib/failpoint.sh"
. "$here/lib/operation-folder.sh"
. "$here/lib/ending.sh"
. "$here/lib/operation.sh"
. "$here/lib/kit.sh"
. "$here/lib/steps.sh"
. "$here/lib/follow.sh"
. "$here/lib/carry.sh"
. "$here/lib/by-hand.sh"
. "$here/lib/program.sh"
