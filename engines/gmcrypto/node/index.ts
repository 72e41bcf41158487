/** The primitives by OpenSSL, for Node. The only part of the package that touches `node:*`. */
export { nodePrimitives } from './primitives.ts';
