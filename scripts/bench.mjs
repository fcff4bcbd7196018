// Builds the broker and the benchmark, then runs the benchmark with the arguments that it was given.
import { prepare } from './prepare.mjs';

prepare('tsconfig.product.json');
prepare('bench');
await import('../build/bench/main.js');
