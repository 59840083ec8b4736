/** What S3 keeps beside an object's bytes. */
export interface ObjectMetadata {
  readonly contentType: string;
}

/** A place for objects: the embedded one, or S3. */
export interface ObjectStore {
  /**
   * Stores the object whole or not at all, replacing one of the same key; durable on return.
   *
   * @param body read once; not to be called again after a fault
   * @returns bytes stored
   * @throws OperationError; `not-permitted` when the destination refuses us
   */
  putObject(
    bucket: string,
    key: string,
    body: AsyncIterable<Uint8Array>,
    metadata: ObjectMetadata,
  ): Promise<number>;
}
