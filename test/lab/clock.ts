/**
 * A piece of shell after which `date` is off by some seconds, for the program that follows and what it calls in the same shell.
 *
 * The clock itself is the kernel's, which all nodes share with this machine, and busybox is linked statically, so that no library
 * can be put before it: what can be had is a `date` of the program's own.
 *
 * @param seconds negative for a clock that is behind.
 */
export function shiftedDate(seconds: number): string {
  // Only "now" is shifted: a call that formats a given time gets that time.
  return [
    'date() {',
    '  for argument; do case $argument in -d*|--date*|-r*) command date "$@"; return ;; esac; done',
    `  command date -d "@$(($(command date +%s) + ${seconds}))" "$@"`,
    '}',
    '',
  ].join('\n');
}
