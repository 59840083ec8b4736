// AWS Signature Version 4, the verifying side: who sent this request, and is it what they sent?
// Pure: the clock and the keys are handed in. Header and presigned query; of S3's chunked bodies
// the seed signature, not the chunks. SigV2 and SigV4a are refused.
//
// Follows spec/api.md 9 and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
export type { PayloadProof } from './payload.ts';
export type { Header, RawRequest } from './raw-request.ts';
export { readCredentialScope, type CredentialScope } from './signature.ts';
export { SignatureFault, type SignatureFaultKind } from './signature-fault.ts';
export {
  verifySignature,
  type ProvenIdentity,
  type SigningKey,
  type Verification,
} from './verify.ts';
