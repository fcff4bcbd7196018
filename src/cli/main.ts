#!/usr/bin/env node
const [command, ...rest] = process.argv.slice(2);

// Each half is loaded alone: a script calls `ctl` many times, and none of them needs a broker.
const exitCode =
  command === 'ctl'
    ? await (await import('./ctl/run-ctl.js')).runCtl(rest)
    : await (await import('./run-command.js')).runCommand(process.argv.slice(2));

// What ends here has synced and closed, or failed for good: nothing that is still open may keep the process alive.
process.exit(exitCode);
