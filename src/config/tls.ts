import { z } from 'zod';

const pemFile = z.string().min(1).nullable().default(null);

/** What makes the HTTP port speak HTTPS; both files or neither. */
export const tlsSchema = z
  .strictObject({
    certificate: pemFile.describe(
      'PEM file of the server certificate and what leads to its authority; null serves plain HTTP',
    ),
    key: pemFile.describe('PEM file of the private key of that certificate'),
  })
  .superRefine(({ certificate, key }, context) => {
    if ((certificate === null) === (key === null)) return;
    const [given, missing] = certificate === null ? ['key', 'certificate'] : ['certificate', 'key'];
    context.addIssue({
      code: 'custom',
      path: [missing],
      message: `is wanted too, since tls.${given} is given`,
    });
  });
