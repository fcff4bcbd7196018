// Builds the broker and the benchmark, then runs the benchmark with the arguments that it was given.
import { prepare } from './prepare.mjs';

await prepare('tsconfig.product.json');
await prepare('bench');
await import('../build/bench/main.js');
