// `embed verify` without its flags: it takes none that matter to the check.
export { type Verification, verifyOutput as verify } from '../output/read/verify.js';
