import { PackageMachine } from './package-machine';

/** This machine with its own apt and dpkg. Apt has no source but those of the test. */
export class AptMachine extends PackageMachine {
  static with(act: (machine: AptMachine) => Promise<void>): Promise<void> {
    return PackageMachine.use(new AptMachine(), act);
  }

  private constructor() {
    super(['/'], `
rm -rf "$1/etc/apt" "$1/var/lib/apt/lists"
mkdir -p "$1/etc/apt/sources.list.d" "$1/etc/apt/keyrings" "$1/etc/apt/apt.conf.d" "$1/etc/apt/preferences.d" "$1/var/lib/apt/lists/partial"`);
  }
}
