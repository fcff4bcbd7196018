#!/usr/bin/env node
import { runCommand } from './run-command.js';

// What ends here has synced and closed, or failed for good: nothing that is still open may keep the process alive.
process.exit(await runCommand(process.argv.slice(2)));
