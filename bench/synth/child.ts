import { inProcess } from './in-process';

/**
 * Runs one measurement in a process of its own, so that none finds another one's memory: `child.ts TITLE COUNT OUTDIR`.
 * Prints the time and memory that it has used as JSON.
 */
const [title, count, outdir] = process.argv.slice(2);
inProcess[title](Number(count), outdir);
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMebibytes: maxRSS / 1024 }));
