import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALL_FIELDS, TGW_FIELDS, VPC_FIELDS } from '../spine/fields.ts';
import { LogFormatError, parseLogFormat, renderLogFormat } from './log-format.ts';

const usable = {
  vpc: ALL_FIELDS.filter((f) => f.scope !== 'tgw'),
  tgw: ALL_FIELDS.filter((f) => f.scope !== 'vpc'),
};

function faultOf(text: string, scope: 'vpc' | 'tgw' = 'vpc'): LogFormatError {
  try {
    parseLogFormat(text, scope);
  } catch (error) {
    assert.ok(error instanceof LogFormatError);
    return error;
  }
  assert.fail(`accepted ${text}`);
}

test('"default" is version 2 with fourteen fields, written out', () => {
  const format = parseLogFormat('default', 'vpc');

  assert.equal(format.version, 2);
  assert.equal(
    format.text,
    '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ' +
      '${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}',
  );
});

test('"default" for transit gateways is version 6 with 36 fields', () => {
  const format = parseLogFormat('default', 'tgw');

  assert.equal(format.version, 6);
  assert.deepEqual(format.fields, TGW_FIELDS);
});

test('"all" has every VPC field in AWS order', () => {
  const format = parseLogFormat('all', 'vpc');

  assert.equal(format.version, 11);
  assert.deepEqual(format.fields, VPC_FIELDS);
});

test('version is the highest of the fields; extension fields add none', () => {
  assert.equal(parseLogFormat('${srcaddr} ${vpc-id} ${flow-direction}', 'vpc').version, 5);
  assert.equal(parseLogFormat('${x-start-ms}', 'vpc').version, 2);
});

test('runs of spaces are accepted and kept in the text', () => {
  const format = parseLogFormat('${version}    ${bytes}  ${start}', 'vpc');

  assert.deepEqual(
    format.fields.map((field) => field.name),
    ['version', 'bytes', 'start'],
  );
  assert.equal(format.text, '${version}    ${bytes}  ${start}');
});

const FAULTS: readonly (readonly [text: string, position: number, message: RegExp])[] = [
  ['', 0, /no field/],
  [' ${version}', 0, /leading space at character 0$/],
  ['${version} ', 10, /trailing space at character 10$/],
  ['version srcaddr', 0, /written as \$\{version\}, found "version" at character 0$/],
  ['${version} bytes', 11, /written as \$\{bytes\}/],
  ['${version},${bytes}', 10, /separated by spaces only, found "," at character 10$/],
  ['${version}${bytes}', 10, /spaces only, found "\$"/],
  ['${version}\t${bytes}', 10, /found "\\t"/],
  ['${version} , ${bytes}', 11, /expected \$\{, found ","/],
  [
    '${version} ${srcadr}',
    13,
    /unknown field "srcadr"; did you mean \$\{srcaddr\}\? at character 13$/,
  ],
  ['${Log_Status}', 2, /did you mean \$\{log-status\}/],
  ['${frobnicated-thing}', 2, /unknown field "frobnicated-thing" at character 2$/],
  ['$${version}', 0, /one \$/],
  ['\\${version}', 0, /one \$/],
  ['${version', 9, /missing }/],
  ['${version ${bytes}', 9, /unexpected " " inside/],
  ['${}', 2, /no field name/],
  ['${tgw-id}', 2, /for transit gateway flow logs only, at character 2$/],
];

for (const [text, position, message] of FAULTS) {
  test(`${JSON.stringify(text)} is refused at character ${position}`, () => {
    const fault = faultOf(text);

    assert.equal(fault.position, position);
    assert.match(fault.message, message);
  });
}

test('a VPC-only field is refused for transit gateways', () => {
  assert.match(faultOf('${srcaddr} ${action}', 'tgw').message, /VPC, subnet and interface/);
});

test('render then parse is identity, for any fields of the scope', () => {
  const cases = fc.constantFrom('vpc' as const, 'tgw' as const).chain((scope) =>
    fc.record({
      scope: fc.constant(scope),
      fields: fc.array(fc.constantFrom(...usable[scope]), { minLength: 1, maxLength: 80 }),
    }),
  );

  fc.assert(
    fc.property(cases, ({ scope, fields }) => {
      assert.deepEqual(parseLogFormat(renderLogFormat(fields), scope).fields, fields);
    }),
  );
});

test('any other text gives one line with a position inside the text, never another fault', () => {
  const pieces = fc.array(fc.constantFrom('${', '}', ' ', ',', '$', '\n', 'bytes', 'tgw-id', 'xx'));
  const texts = fc.oneof(
    fc.string(),
    pieces.map((parts) => parts.join('')),
  );

  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseLogFormat(text, 'vpc');
      } catch (error) {
        assert.ok(error instanceof LogFormatError);
        assert.ok(error.position >= 0 && error.position <= text.length);
        assert.ok(!error.message.includes('\n'));
      }
    }),
  );
});
