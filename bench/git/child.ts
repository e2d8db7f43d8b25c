import { update, write } from './fleet';

/** Writes a fleet in a process of its own, since programs are read once: `child.ts FLEET DIVISION COUNT OUTDIR [next]`. */
const [fleet, division, count, outdir, next] = process.argv.slice(2);
if (next) update();
write(fleet, division, Number(count), outdir);
