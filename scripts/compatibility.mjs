// Builds the broker and its tests, asks the broker what it answers, and writes docs/compatibility.md.
import { prepare } from './prepare.mjs';

await prepare('tsconfig.json');
await import('../build/test/compatibility/record.js');
