/** A header as received: name in the sender's case, value without surrounding white space. */
export type Header = readonly [name: string, value: string];

/** An HTTP request as it was on the wire, since a signature covers just that. */
export interface RawRequest {
  readonly method: string;
  /** Before the `?`, with its percent signs. */
  readonly path: string;
  /** After the `?`, with its percent signs; empty when there is none. */
  readonly query: string;
  /** In the order received, duplicates included (node:http's rawHeaders, by pairs). */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

/** The values of all headers of that name, in the order received. @param name in lower case */
export function headerValues(request: RawRequest, name: string): readonly string[] {
  return request.headers.flatMap((header) => (header[0].toLowerCase() === name ? [header[1]] : []));
}
