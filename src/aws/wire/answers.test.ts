import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { parseXml, textAt } from '../../../test/support/xml.ts';
import { AwsError } from '../aws-error.ts';
import { encodeError } from './error-body.ts';
import { decodeJson, encodeJson } from './json.ts';
import { flag, integer, list, member, structure, text, timestamp } from './shape.ts';
import { encodeEc2Xml, encodeQueryXml } from './xml.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const REQUEST_ID = '2d96dae3-504b-4fc4-bf50-266e00000000';
const shape = structure({
  ClientToken: member('clientToken', text),
  Tags: member('tagSet', list(structure({ Key: member('key', text) }))),
  Ids: member('flowLogIdSet', list(text)),
  Count: member('count', integer),
  Return: member('return', flag),
  CreationTime: member('creationTime', timestamp),
  Options: member('destinationOptions', structure({ PerHour: member('perHourPartition', flag) })),
});

function xmlOf(answer: object): string {
  const parts = { action: 'CreateFlowLogs', requestId: REQUEST_ID, namespace: NAMESPACE, shape };
  return encodeEc2Xml({ ...parts, answer });
}

describe('encodeEc2Xml()', () => {
  it('writes the answer of spec/api.md 2', () => {
    const answer = { ClientToken: 'a=', Tags: [], Ids: ['fl-1'], Return: true, Count: 60 };

    assert.equal(
      xmlOf(answer),
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        `<CreateFlowLogsResponse xmlns="${NAMESPACE}"><requestId>${REQUEST_ID}</requestId>` +
        '<clientToken>a=</clientToken><tagSet/><flowLogIdSet><item>fl-1</item></flowLogIdSet>' +
        '<count>60</count><return>true</return></CreateFlowLogsResponse>',
    );
  });

  it('leaves out what is not there, and nothing else', () => {
    const xml = xmlOf({
      ClientToken: undefined,
      Count: 0,
      Options: { PerHour: false },
      Tags: [{ Key: '' }],
      CreationTime: '2026-01-31T10:00:00.000Z',
    });

    assert.match(
      xml,
      new RegExp(
        '</requestId><tagSet><item><key/></item></tagSet><count>0</count><creationTime>' +
          '2026-01-31T10:00:00.000Z</creationTime><destinationOptions><perHourPartition>false<',
      ),
    );
    assert.doesNotMatch(xml, /clientToken/);
  });

  it('keeps any text that XML can carry, and replaces the rest', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\r\n', ']]>', '<a b="c">&amp;</a>', '\ud800', '\u0000\u001b', '\uffff'),
    );
    fc.assert(
      fc.property(texts, (given) => {
        const root = parseXml(xmlOf({ ClientToken: given }));

        const wanted = given.replaceAll(
          /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu,
          '\ufffd',
        );
        assert.equal(textAt(root, 'clientToken'), wanted);
      }),
      { numRuns: 1000, seed: 5 },
    );
  });

  it('an answer of another shape is a bug, not an answer', () => {
    for (const wrong of [
      { Ids: 'fl-1' },
      { Count: '1' },
      { ClientToken: 1 },
      { Return: 'true' },
      { Options: 'none' },
    ]) {
      assert.throws(() => xmlOf(wrong), TypeError);
    }
  });
});

describe('encodeQueryXml()', () => {
  it('wraps the result and tells the request id after it', () => {
    const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
    const answer = { Arn: 'arn:a', Ids: ['x'] };
    const output = structure({ Arn: member('Arn', text), Ids: member('Ids', list(text)) });

    assert.equal(
      encodeQueryXml({ action: 'Get', requestId: REQUEST_ID, namespace, shape: output, answer }),
      `<?xml version="1.0" encoding="UTF-8"?>\n<GetResponse xmlns="${namespace}"><GetResult>` +
        '<Arn>arn:a</Arn><Ids><member>x</member></Ids></GetResult><ResponseMetadata><RequestId>' +
        `${REQUEST_ID}</RequestId></ResponseMetadata></GetResponse>`,
    );
  });
});

describe('encodeError()', () => {
  const fault = new AwsError('Bad&Code', 400, 'a < "b"\u0000', { Region: 'eu-west-1' });

  it('as EC2 has it', () => {
    const { headers, body } = encodeError('ec2', fault, REQUEST_ID, NAMESPACE);

    assert.deepEqual(headers, { 'content-type': 'text/xml;charset=UTF-8' });
    assert.equal(
      body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>Bad&amp;Code</Code>' +
        '<Message>a &lt; &quot;b&quot;\ufffd</Message><Region>eu-west-1</Region></Error></Errors>' +
        `<RequestID>${REQUEST_ID}</RequestID></Response>`,
    );
  });

  it('as the other query services have it', () => {
    const { body } = encodeError('query', fault, REQUEST_ID, 'https://sts/');

    const root = parseXml(body);
    assert.deepEqual([root.name, root.xmlns], ['ErrorResponse', 'https://sts/']);
    assert.equal(textAt(root, 'Error', 'Type'), 'Sender');
    assert.equal(textAt(root, 'Error', 'Code'), 'Bad&Code');
    assert.equal(textAt(root, 'RequestId'), REQUEST_ID);
  });

  it('as JSON services have it', () => {
    const { headers, body } = encodeError('json', fault, REQUEST_ID, '');

    assert.equal(headers['x-amzn-errortype'], 'Bad&Code');
    assert.equal(headers['content-type'], 'application/x-amz-json-1.1');
    assert.deepEqual(JSON.parse(body), {
      __type: 'Bad&Code',
      message: 'a < "b"\u0000',
      Region: 'eu-west-1',
    });
  });

  it('as S3 has it', () => {
    const { headers, body } = encodeError('s3', fault, REQUEST_ID, '');

    const root = parseXml(body);
    assert.equal(headers['content-type'], 'application/xml');
    assert.deepEqual(
      root.children.map((child) => child.name),
      ['Code', 'Message', 'Region', 'RequestId', 'HostId'],
    );
  });
});

describe('decodeJson() and encodeJson()', () => {
  it('give back any value of the shape', () => {
    const value = fc.record(
      {
        ClientToken: fc.string(),
        Tags: fc.array(fc.record({ Key: fc.string() }, { noNullPrototype: true })),
        Count: fc.maxSafeInteger(),
        Return: fc.boolean(),
        CreationTime: fc
          .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
          .map((date) => date.toISOString()),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(value, fc.constantFrom('aws' as const, 'control' as const), (given, dialect) => {
        assert.deepEqual(decodeJson(encodeJson(given, shape, dialect), shape, dialect), given);
      }),
      { numRuns: 500, seed: 6 },
    );
  });

  it('AWS has instants in seconds, the control endpoints in ISO 8601', () => {
    const answer = { CreationTime: '2026-01-31T10:00:00.250Z' };

    assert.equal(encodeJson(answer, shape), '{"CreationTime":1769853600.25}');
    assert.equal(encodeJson(answer, shape, 'control'), JSON.stringify(answer));
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['{', 'The request is malformed: expecting JSON'],
    ['[]', 'The request is malformed: expecting an object'],
    ['"a"', 'The request is malformed: expecting an object'],
    ['{"Ids":"a"}', 'The parameter Ids is malformed: expecting a list'],
    ['{"Ids":[1]}', 'The parameter Ids.1 is malformed: expecting a string'],
    ['{"Count":1.5}', 'The parameter Count is malformed: expecting an integer'],
    ['{"Count":"1"}', 'The parameter Count is malformed: expecting an integer'],
    ['{"Return":"true"}', 'The parameter Return is malformed: expecting true or false'],
    ['{"CreationTime":1e300}', 'The parameter CreationTime is malformed: expecting a timestamp'],
    ['{"Tags":[{"Key":[]}]}', 'The parameter Tags.1.Key is malformed: expecting a string'],
  ];
  for (const [body, message] of wrong) {
    it(`refuse ${body}`, () => {
      assert.throws(() => decodeJson(body, shape), { code: 'SerializationException', message });
      assert.throws(() => decodeJson(body, shape, 'control'), {
        code: 'InvalidParameterValue',
        message,
      });
    });
  }

  it('refuse members that are not known, also those of Object', () => {
    for (const name of ['Colour', '__proto__', 'constructor', 'toString']) {
      const body = `{"Options":{"${name}":{"polluted":1}}}`;

      assert.throws(() => decodeJson(body, shape, 'control'), {
        code: 'UnknownParameter',
        message: `The parameter Options.${name} is not recognized`,
      });
      assert.throws(() => decodeJson(body, shape), { code: 'SerializationException' });
    }
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('take null and an empty body for nothing', () => {
    assert.deepEqual(decodeJson('{"ClientToken":null}', shape), {});
    assert.deepEqual(decodeJson(' ', shape), {});
  });
});
