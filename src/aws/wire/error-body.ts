// How a fault looks in each protocol: spec/api.md 1; the JSON and S3 forms as SDKs read them.
import { escapeXml, XML_PROLOG, xmlElement } from './xml.ts';

/** How requests, answers and errors look on the wire. */
export type WireProtocol = 'ec2' | 'query' | 'json' | 's3';

/** What of a fault crosses the wire; an AwsError is one. */
export interface WireFault {
  readonly code: string;
  readonly message: string;
  /** HTTP status. */
  readonly status: number;
  /** More elements of the error, by name, e.g. S3's `Region`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Body and headers of an answer. */
export interface WireBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const XML_TYPE = 'text/xml;charset=UTF-8';
export const JSON_TYPE = 'application/x-amz-json-1.1';

/** @param namespace xmlns of the query protocol's root; empty for none */
export function encodeError(
  protocol: WireProtocol,
  fault: WireFault,
  requestId: string,
  namespace: string,
): WireBody {
  switch (protocol) {
    case 'ec2':
      return ec2Error(fault, requestId);
    case 'query':
      return queryError(fault, requestId, namespace);
    case 'json':
      return jsonError(fault);
    case 's3':
      return s3Error(fault, requestId);
  }
}

function ec2Error(fault: WireFault, requestId: string): WireBody {
  const errors = xmlElement('Errors', xmlElement('Error', elementsOf(fault)));
  const body = `${errors}${xmlElement('RequestID', escapeXml(requestId))}`;
  return { headers: { 'content-type': XML_TYPE }, body: XML_PROLOG + xmlElement('Response', body) };
}

function queryError(fault: WireFault, requestId: string, namespace: string): WireBody {
  const type = xmlElement('Type', fault.status < 500 ? 'Sender' : 'Receiver');
  const error = xmlElement('Error', type + elementsOf(fault));
  const xmlns = namespace === '' ? '' : ` xmlns="${namespace}"`;
  const id = xmlElement('RequestId', escapeXml(requestId));
  return {
    headers: { 'content-type': XML_TYPE },
    body: `${XML_PROLOG}<ErrorResponse${xmlns}>${error}${id}</ErrorResponse>`,
  };
}

function jsonError(fault: WireFault): WireBody {
  return {
    headers: { 'content-type': JSON_TYPE, 'x-amzn-errortype': fault.code },
    body: JSON.stringify({ __type: fault.code, message: fault.message, ...fault.fields }),
  };
}

function s3Error(fault: WireFault, requestId: string): WireBody {
  const ids =
    xmlElement('RequestId', escapeXml(requestId)) + xmlElement('HostId', escapeXml(requestId));
  return {
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
    body: XML_PROLOG + xmlElement('Error', elementsOf(fault) + ids),
  };
}

function elementsOf({ code, message, fields }: WireFault): string {
  const more = Object.entries(fields).map(([name, text]) => xmlElement(name, escapeXml(text)));
  const known = xmlElement('Code', escapeXml(code)) + xmlElement('Message', escapeXml(message));
  return known + more.join('');
}
