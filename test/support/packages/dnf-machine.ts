import { PackageMachine } from './package-machine';
import { Tool } from '../../toolchain/tool';

/** A machine with real dnf and rpm, which has nothing but these. */
export class DnfMachine extends PackageMachine {
  /**
   * @param dnf which dnf of the toolchain
   * @param layers what other machines have saved, the uppermost first
   */
  static with(dnf: Tool, act: (machine: DnfMachine) => Promise<void>, layers: readonly string[] = []): Promise<void> {
    return PackageMachine.use(new DnfMachine([...layers, dnf.path('root')]), act);
  }

  private constructor(layers: readonly string[]) {
    super(layers, ':');
  }
}
