import { writeFileSync } from 'fs';
import { join } from 'path';
import { runOrThrow } from '../toolchain/run';
import { Tool } from '../toolchain/tool';

/** The process that holds a pod's namespaces: it reaps what is orphaned, and ends when it is told to. */
const source = `package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// kubeadm's check of a cluster runs it so.
	if len(os.Args) > 1 && os.Args[1] == "-v" {
		fmt.Println("pause.c of the lab")
		return
	}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGINT, syscall.SIGTERM)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
	}
}
`;

/** Stands in for the pause program of registry.k8s.io/pause, which is in no package registry. */
export const pause = new Tool({
  name: 'pause',
  // The number rises with what it does.
  version: '2',
  programs: ['pause'],
  how: 'from a few lines of Go, once, some seconds',
  needs: { go: 'install Go from https://go.dev/dl' },
  build: async (folder) => {
    const file = join(folder, 'main.go');
    writeFileSync(file, source);
    await runOrThrow('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, 'pause'), file], { cwd: folder, env: { CGO_ENABLED: '0' } });
  },
});
