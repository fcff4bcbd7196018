import { prepare } from './prepare.mjs';

await prepare('tsconfig.product.json');
await import('../dist/bundle/main.js');
