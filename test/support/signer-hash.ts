import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

/** SHA-256, or its HMAC when given a secret, in the form that the SDK's signer wants. */
export class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: unknown) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', secret as string | Uint8Array);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('The signer makes a new one each time');
  }
}
