// Access: the access keys of a data folder (DATA/access-keys.json, 0600), what each may do, and who
// its caller is. One process at a time changes them: the daemon, or a command that holds the lock
// of a folder without one. Bounded by KEYS_MAX keys; a key past its time leaves a day later.
//
// Key pairs look like AWS's: AKIA... for lasting ones, ASIA... with a session token and an expiry
// for temporary ones.
export { openAccessKeys } from './access-keys.ts';
export type { AccessKey, AccessKeyDeps, AccessKeys, NewAccessKey } from './access-keys.ts';
export { callerIdentity, type CallerIdentity } from './caller-identity.ts';
export { createKeyOperations, type KeyOperations } from './key-operations.ts';
