// Each error of the catalogue, provoked for real; docs/reference/errors.md is made of the answers.
//
//   WEIR_WRITE_REFERENCE=1 node --test dist/test/aws/errors/errors.test.js   writes the page anew
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { startServing, type ServingWeir } from '../../support/aws-daemon.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ROOT } from '../../support/weir.ts';
import { ERROR_CASES, NEVER_ANSWERED } from './cases.ts';
import { BASE, formOf, INVENTORY, type ErrorCase } from './error-case.ts';
import type { Answer } from '../../support/http-exchange.ts';
import { sendForm, type Endpoint } from '../signed-request.ts';

const PAGE = path.join(ROOT, 'docs/reference/errors.md');
const VALUE_CHARACTERS_MAX = 60;

interface Fault {
  readonly code: string;
  readonly message: string;
}

/** Code and message, of the whole answer or of its first unsuccessful item. */
function faultIn(body: string): Fault | null {
  const code = /<[Cc]ode>([^<]*)<\/[Cc]ode>/.exec(body)?.[1];
  const message = /<[Mm]essage>([^<]*)<\/[Mm]essage>/.exec(body)?.[1];
  if (code === undefined || message === undefined) return null;
  return { code: unescaped(code), message: unescaped(message) };
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'" };
  return text
    .replaceAll(/&(lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll('&#39;', "'")
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&');
}

describe('errors of the AWS API', () => {
  let weir: ServingWeir;
  let reader: Endpoint['credentials'];
  const faults = new Map<ErrorCase, Fault>();
  const cleaning: (() => void)[] = [];

  before(async () => {
    const folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    const data = path.join(folder, 'data');
    weir = await startServing({
      data,
      inventory: INVENTORY,
      settings: { WEIR_DELIVER_CREATE_BUCKETS: 'false' },
      // Root may write everywhere, and nothing could be denied.
      withoutCapabilities: ['net_raw', 'dac_override', 'dac_read_search'],
    });
    mkdirSync(path.join(data, 's3/records'));
    reader = newReader(data);
  });
  after(async () => {
    await weir.kill();
    for (const clean of cleaning) clean();
  });

  for (const [index, errorCase] of ERROR_CASES.entries()) {
    const { code, note } = errorCase;
    it(`${index + 1}. ${code}${note === undefined ? '' : `: ${note}`}`, async () => {
      const form = formOf(errorCase);
      await errorCase.prepare?.(weir, form);

      const answer = await answerTo(errorCase);

      const fault = faultIn(answer.body);
      assert.equal(answer.status, errorCase.status, answer.body);
      assert.equal(fault?.code, code, answer.body);
      const { message } = errorCase;
      if (typeof message === 'string') assert.equal(fault.message, message);
      else assert.match(fault.message, message);
      assert.equal(answer.body.includes('<unsuccessful><item>'), errorCase.perResource === true);
      assert.match(answer.body, /<request[Ii]d>[0-9a-f-]{36}<|<Request(ID|Id)>[0-9a-f-]{36}</);
      faults.set(errorCase, fault);
    });
  }

  it('docs/reference/errors.md says what was answered', () => {
    const page = pageOf(faults).replaceAll(weir.data, 'DATA');
    if (process.env['WEIR_WRITE_REFERENCE'] === '1') writeFileSync(PAGE, page);

    assert.equal(readFileSync(PAGE, 'utf8'), page);
  });

  it('no secret is in the log', () => {
    const log = weir.lines.join('\n');

    assert.ok(weir.lines.length > ERROR_CASES.length);
    for (const { secretAccessKey } of [weir.credentials, reader]) {
      assert.equal(log.includes(secretAccessKey), false);
    }
    assert.doesNotMatch(log, /Signature=|X-Amz-Signature|Credential=/);
  });

  async function answerTo(errorCase: ErrorCase): Promise<Answer> {
    const form = formOf(errorCase);
    if (errorCase.send !== undefined) return errorCase.send(weir, form);
    const { accessKeyId } = weir.credentials;
    const wrong = { accessKeyId, secretAccessKey: 'x'.repeat(40) };
    const credentials = { 'wrong-secret': wrong, reader };
    const as = errorCase.as === undefined ? {} : { credentials: credentials[errorCase.as] };
    return sendForm(weir, form, { ...errorCase.sign, ...as });
  }
});

function newReader(data: string): Endpoint['credentials'] {
  const args = ['keys', 'create', '--user', 'reader', '--allow', 'ec2:Describe*'];
  const text = execFileSync(
    process.execPath,
    [path.join(ROOT, 'bin/weir'), ...args, '--output', 'json', '--data', data],
    { encoding: 'utf8' },
  );
  const made = JSON.parse(text) as { AccessKeyId: string; SecretAccessKey: string };
  return { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey };
}

function pageOf(faults: ReadonlyMap<ErrorCase, Fault>): string {
  const rows = ERROR_CASES.map((errorCase) => {
    const { code = '', message = '' } = faults.get(errorCase) ?? {};
    const place = errorCase.perResource === true ? '200, `unsuccessful`' : errorCase.status;
    return `| \`${code}\` | ${place} | ${cell(message)} | ${requestText(errorCase)} |`;
  });
  const never = NEVER_ANSWERED.map(([fault, reason]) => `| ${fault} | ${reason} |`);
  return [
    '# Errors of the AWS API',
    '',
    'Every row was provoked for real: test/aws/errors/errors.test.ts sends the request, checks the',
    'answer and writes this page. The base request is a CreateFlowLogs that works:',
    '',
    `    ${parameterText(BASE)}`,
    '',
    'A request is told by its difference from that, or as a whole when it has an Action. Messages',
    'that AWS has not been seen to use are marked `Unverified` in the code.',
    '',
    '| Code | HTTP | Message | Request |',
    '|---|---|---|---|',
    ...rows,
    '',
    '## Never answered',
    '',
    '| AWS | Why not here |',
    '|---|---|',
    ...never,
    '',
  ].join('\n');
}

function requestText(errorCase: ErrorCase): string {
  const { form, change = {}, note } = errorCase;
  const gone = Object.keys(change).filter((name) => change[name] === null);
  const set = Object.fromEntries(
    Object.entries(form ?? change).filter(([name, value]) => value !== null && name !== 'Version'),
  ) as Record<string, string>;
  const parts = [
    Object.keys(set).length === 0 ? '' : `\`${parameterText(set)}\``,
    gone.length === 0 ? '' : `without ${gone.map((name) => `\`${name}\``).join(', ')}`,
    note ?? '',
  ];
  return cell(parts.filter((part) => part !== '').join('; '));
}

/** `A=1 B=2`, long lists and long values cut. */
function parameterText(parameters: Readonly<Record<string, string>>): string {
  const entries = Object.entries(parameters);
  const shown = entries.length > 10 ? [...entries.slice(0, 3), ['…', '']] : entries;
  return shown
    .map(([name = '', value = '']) => {
      const text = value.length > VALUE_CHARACTERS_MAX ? `${value.slice(0, 40)}…` : value;
      return text === '' ? name : `${name}=${text}`;
    })
    .join(' ');
}

function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll(/\bAKIA\w{16}\b/g, 'AKIA…')
    .replaceAll(/\d{8}T\d{6}Z/g, '…')
    .replaceAll(/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, '…');
}
