import { pcapng } from '../../support/captures.ts';
import { randomTraffic } from '../../support/random-traffic.ts';
import type { GoldenCase } from '../golden-case.ts';

export const golden: GoldenCase = {
  args: ['--format', 'all', '--interval', '600', '--output', 'json'],
  capture: () => pcapng(randomTraffic(99, 120), { name: 'eth0', timestampResolution: 9 }),
};
