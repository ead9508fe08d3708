// `embed verify` without its printing.
export { type Verification, type VerifyOptions, verifyOutput as verify } from '../output/read/verify.js';
export { outputsIn } from '../output/shards/find-shards.js';
