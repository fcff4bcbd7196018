// Builds the broker and the crash tests, then crashes the broker as often as the arguments say:
//   npm run crash -- --rounds 100 --seed 1            kill -9
//   npm run crash -- --rounds 100 --power-cut         the power, on a disk of its own (Linux, root)
import { prepare } from './prepare.mjs';

await prepare('tsconfig.product.json');
await prepare('test');
await import('../build/test/crash/run-crash.js');
