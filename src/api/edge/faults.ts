// Refusals of the edge itself, each in the code, status and words of the protocol: EC2's common
// errors, those of the query and JSON services, and S3's (spec/api.md 6, and the "Common Errors"
// pages of each service).
import { AwsError } from '../../aws/aws-error.ts';
import type { SignatureFault, SignatureFaultKind } from '../../aws/sigv4/index.ts';
import type { WireProtocol } from '../../aws/wire/error-body.ts';
import type { OperationErrorCode } from '../../observe/operation-error.ts';

/** Code, status, and the message where the protocol has its own. */
type Refusal = readonly [code: string, status: number, message?: string];

const EC2_AUTH: Refusal = [
  'AuthFailure',
  401,
  'AWS was not able to validate the provided access credentials',
];
const QUERY_TOKEN: Refusal = [
  'InvalidClientTokenId',
  403,
  'The security token included in the request is invalid.',
];
const S3_MISMATCH: Refusal = [
  'SignatureDoesNotMatch',
  403,
  'The request signature we calculated does not match the signature you provided. ' +
    'Check your key and signing method.',
];
const S3_DENIED: Refusal = ['AccessDenied', 403, 'Access Denied'];

/** Where no message stands, the fault's own is AWS's. */
const SIGNATURE_REFUSALS: Readonly<
  Record<WireProtocol, Readonly<Record<SignatureFaultKind, Refusal>>>
> = {
  ec2: {
    missing: ['MissingAuthenticationToken', 403],
    incomplete: ['IncompleteSignature', 403],
    'bad-scope': ['SignatureDoesNotMatch', 403],
    'unsigned-header': ['SignatureDoesNotMatch', 403],
    'unknown-key': EC2_AUTH,
    // EC2 does not tell a wrong secret from an unknown key.
    mismatch: EC2_AUTH,
    'clock-skew': ['RequestExpired', 400, 'Request has expired.'],
    expired: ['RequestExpired', 400, 'Request has expired.'],
    'expired-key': ['RequestExpired', 400, 'Request has expired.'],
    'bad-token': EC2_AUTH,
    'body-hash': ['SignatureDoesNotMatch', 403],
  },
  query: {
    missing: ['MissingAuthenticationToken', 403],
    incomplete: ['IncompleteSignature', 403],
    'bad-scope': ['SignatureDoesNotMatch', 403],
    'unsigned-header': ['SignatureDoesNotMatch', 403],
    'unknown-key': QUERY_TOKEN,
    mismatch: ['SignatureDoesNotMatch', 403],
    'clock-skew': ['SignatureDoesNotMatch', 403],
    expired: ['RequestExpired', 400],
    'expired-key': ['ExpiredToken', 403],
    'bad-token': QUERY_TOKEN,
    'body-hash': ['SignatureDoesNotMatch', 403],
  },
  json: {
    missing: ['MissingAuthenticationTokenException', 400, 'Missing Authentication Token'],
    incomplete: ['IncompleteSignatureException', 400],
    'bad-scope': ['InvalidSignatureException', 400],
    'unsigned-header': ['InvalidSignatureException', 400],
    'unknown-key': ['UnrecognizedClientException', 400],
    mismatch: ['InvalidSignatureException', 400],
    'clock-skew': ['InvalidSignatureException', 400],
    expired: ['InvalidSignatureException', 400],
    'expired-key': ['ExpiredTokenException', 400],
    'bad-token': ['UnrecognizedClientException', 400],
    'body-hash': ['InvalidSignatureException', 400],
  },
  s3: {
    missing: S3_DENIED,
    incomplete: ['AuthorizationHeaderMalformed', 400],
    'bad-scope': ['AuthorizationHeaderMalformed', 400],
    'unsigned-header': ['AccessDenied', 403],
    'unknown-key': [
      'InvalidAccessKeyId',
      403,
      'The AWS Access Key Id you provided does not exist in our records.',
    ],
    mismatch: S3_MISMATCH,
    'clock-skew': [
      'RequestTimeTooSkewed',
      403,
      'The difference between the request time and the current time is too large.',
    ],
    expired: ['AccessDenied', 403, 'Request has expired'],
    'expired-key': ['ExpiredToken', 400, 'The provided token has expired.'],
    'bad-token': ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
    'body-hash': ['XAmzContentSHA256Mismatch', 400],
  },
};

/** The protocol's answer to a signature that proves nothing. */
export function signatureRefusal(protocol: WireProtocol, fault: SignatureFault): AwsError {
  const [code, status, message] = SIGNATURE_REFUSALS[protocol][fault.kind];
  return new AwsError(code, status, message ?? fault.message);
}

/** A scope of a region that is not served; `served` are those that are. */
export function regionRefusal(
  protocol: WireProtocol,
  region: string,
  served: ReadonlySet<string>,
): AwsError {
  const regions = [...served].sort();
  const wrong = `Credential should be scoped to a valid region, not '${region}'.`;
  const hint = `Regions served here: ${regions.join(', ')}`;
  switch (protocol) {
    case 'ec2':
      return new AwsError('AuthFailure', 401, `${EC2_AUTH[2]}. ${wrong} ${hint}`);
    case 'query':
      return new AwsError('SignatureDoesNotMatch', 403, `${wrong} ${hint}`);
    case 'json':
      return new AwsError('InvalidSignatureException', 400, `${wrong} ${hint}`);
    case 's3': {
      const [first = ''] = regions;
      const message = `The authorization header is malformed; the region '${region}' is wrong; `;
      return new AwsError('AuthorizationHeaderMalformed', 400, `${message}expecting '${first}'`, {
        Region: first,
      });
    }
  }
}

/** Who is refused what, and whether a Deny of the policy or the lack of an Allow is the reason. */
export interface Denial {
  readonly arn: string;
  readonly action: string;
  /** ARN, or `*` for actions that have no resource. */
  readonly resource: string;
  readonly isExplicit: boolean;
}

/** A call that the key's policy does not allow. */
export function permissionRefusal(protocol: WireProtocol, denial: Denial): AwsError {
  const { arn, action, resource, isExplicit } = denial;
  // AWS: DescribeInstances and other calls without a resource leave the words about it out.
  const place = resource === '*' ? '' : ` on resource: ${resource}`;
  const reason = isExplicit
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`;
  const message = `User: ${arn} is not authorized to perform: ${action}${place} ${reason}`;
  switch (protocol) {
    case 'ec2': {
      const first = 'You are not authorized to perform this operation.';
      return new AwsError('UnauthorizedOperation', 403, `${first} ${message}`);
    }
    case 'json':
      return new AwsError('AccessDeniedException', 400, message);
    default:
      return new AwsError('AccessDenied', 403, message);
  }
}

/** An action that the service has not. */
export function actionRefusal(protocol: WireProtocol, action: string): AwsError {
  switch (protocol) {
    case 'ec2':
    case 'query':
      return badRequest('InvalidAction', `The action ${action} is not valid for this web service.`);
    case 'json':
      return badRequest('UnknownOperationException', `The operation ${action} is not known here`);
    case 's3':
      return new AwsError(
        'NotImplemented',
        501,
        'A header you provided implies functionality that is not implemented',
      );
  }
}

// Unverified: EC2's words for a request without Action.
export function actionMissing(): AwsError {
  return badRequest('MissingAction', 'The request must contain the parameter Action');
}

// Unverified: AWS's documentation has the code; clients report the sentence.
export function versionRefusal(protocol: WireProtocol, version: string): AwsError {
  const service = protocol === 'ec2' ? ' of service AmazonEC2' : '';
  return badRequest('NoSuchVersion', `The requested version (${version})${service} does not exist`);
}

// Unverified: code and status but for S3's.
export function bodyTooLarge(protocol: WireProtocol, bytesMax: number): AwsError {
  const message = `The body exceeds the maximum of ${bytesMax} bytes`;
  switch (protocol) {
    case 's3':
      return badRequest('EntityTooLarge', message);
    case 'json':
      return new AwsError('RequestEntityTooLargeException', 413, message);
    default:
      return new AwsError('RequestEntityTooLarge', 413, message);
  }
}

/** More requests at a time than are served. */
export function overloaded(protocol: WireProtocol): AwsError {
  switch (protocol) {
    case 'ec2':
      return new AwsError('RequestLimitExceeded', 503, 'Request limit exceeded.');
    case 'query':
      return new AwsError('Throttling', 400, 'Rate exceeded');
    case 'json':
      return new AwsError('ThrottlingException', 400, 'Rate exceeded');
    case 's3':
      return new AwsError('SlowDown', 503, 'Please reduce your request rate.');
  }
}

/**
 * A fault of the world. Of our own line about it only the kind crosses the wire: it names folders
 * and files, and the caller may be anywhere.
 */
export function unavailable(protocol: WireProtocol, kind: OperationErrorCode): AwsError {
  const message =
    kind === 'disk-full'
      ? 'The disk is full; retry when it has room again'
      : 'This cannot be done now; the log of weir says why';
  switch (protocol) {
    case 'ec2':
      return new AwsError('Unavailable', 503, message);
    case 'json':
      return new AwsError('ServiceUnavailableException', 503, message);
    default:
      return new AwsError('ServiceUnavailable', 503, message);
  }
}

/** A bug of ours; nothing of it crosses the wire. */
export function internalFault(protocol: WireProtocol): AwsError {
  const code = protocol === 'json' ? 'InternalFailure' : 'InternalError';
  return new AwsError(code, 500, 'An internal error has occurred; the log of weir has more');
}

function badRequest(code: string, message: string): AwsError {
  return new AwsError(code, 400, message);
}
