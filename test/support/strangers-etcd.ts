import { execFileSync } from 'child_process';
import { writeFileSync } from 'fs';

/**
 * Makes a program that anybody could have put somewhere under the name of etcd. It waits, says a version when it is asked for one, and leaves a file
 * if root ever runs it. It is linked statically, so that it runs on any machine of the lab.
 *
 * @param program its path. @param trace the path of that file, where it runs.
 */
export function makeStrangersEtcd(program: string, trace: string): void {
  writeFileSync(`${program}.c`, `#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(int count, char **words) {
  if (getuid() == 0) close(open("${trace}", O_CREAT | O_WRONLY, 0600));
  if (count > 1 && words[1][2] == 'v') { puts("etcd Version: 9.9.9"); return 0; }
  for (;;) pause();
}
`);
  execFileSync('gcc', ['-static', '-o', program, `${program}.c`]);
}
