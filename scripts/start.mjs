import { prepare } from './prepare.mjs';

prepare('tsconfig.product.json');
await import('../dist/cli/main.js');
