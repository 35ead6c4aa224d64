import { type Case, fails, responseCase } from './case.ts';
import { set } from './mso-change.ts';

/** Digests that the platform can make and that no mdoc may have. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['SHA-1', 'sha1'],
  ['MD5', 'md5'],
  ['SHA-224', 'sha224'],
  ['SHA-512/256', 'sha512-256'],
  ['SHA3-256', 'sha3-256'],
]);

const CLAUSE = 'ISO/IEC 18013-5 §9.1.2.4';

/** Versions, states and digest algorithms that nobody may accept. */
export const versionCases = (): Case[] => [
  ...(['2.0', '0.9', '', '1', '1.0.0', ' 1.0', '１.0'] as const).map((version, index) =>
    responseCase(
      {
        id: `version-mso-${index}`,
        title: `An MSO of version "${version}"`,
        clause: CLAUSE,
        expect: fails('version', 'mso-version'),
      },
      { mso: set('version', version) },
    ),
  ),
  ...(['2.0', '0.9', '10.0', '1.'] as const).map((version, index) =>
    responseCase(
      {
        id: `version-response-${index}`,
        title: `A response of version "${version}"`,
        clause: 'ISO/IEC 18013-5 §8.3.2.1.2.2',
        expect: fails('version', 'response-version'),
      },
      {},
      (response) => response.set('version', version),
    ),
  ),
  ...[1, 10, 11, 12, 255].map((status) =>
    responseCase(
      {
        id: `status-${status}`,
        title: `A good document under the status ${status}`,
        clause: 'ISO/IEC 18013-5 §8.3.2.1.2.3',
        expect: fails('status', `status-${status}`),
      },
      {},
      (response) => response.set('status', status),
    ),
  ),
  ...(['SHA-1', 'MD5', 'sha-256', 'SHA256', 'SHA-224', 'SHA-512/256', 'SHA3-256', 'constructor', ''] as const).map(
    (name, index) =>
      responseCase(
        {
          id: `digest-algorithm-${index}`,
          title: `Digests by "${name}"`,
          clause: 'ISO/IEC 18013-5 §9.1.2.5',
          expect: fails('digest-algorithm', 'digest-algorithm-refused'),
        },
        { digestAlgorithm: name, hash: HASHES.get(name) ?? 'sha256' },
      ),
  ),
];
