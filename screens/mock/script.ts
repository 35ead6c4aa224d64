import type { Player } from './people.ts';

/** One line of the rehearsal: after `wait` ms, this event. Messages carry what the server would have decoded. */
export interface Line {
  wait: number;
  event: Record<string, unknown>;
  detail?: { hex: string; decoded: { title: string; text: string }[]; note?: string; clause?: string };
}

let counter = 0;

function say(
  step: number,
  from: string,
  to: string,
  kind: string,
  label: string,
  hex: string,
  decoded: { title: string; text: string }[],
  more: { clause?: string; note?: string; contentType?: string } = {},
): Line {
  counter += 1;
  return {
    wait: 8,
    event: {
      type: 'message',
      id: `m${counter}`,
      step,
      from,
      to,
      kind,
      label,
      size: hex.length / 2,
      ...(more.contentType ? { contentType: more.contentType } : {}),
    },
    detail: {
      hex,
      decoded,
      ...(more.clause ? { clause: more.clause } : {}),
      ...(more.note ? { note: more.note } : {}),
    },
  };
}

const noise = (bytes: number, seed: number): string =>
  Array.from({ length: bytes }, (_, i) =>
    ((i * 73 + seed * 151 + ((i * i) >> 3)) & 0xff).toString(16).padStart(2, '0'),
  ).join('');

const apdu = (step: number, label: string, hex: string, text: string, answer = '9000'): Line[] => [
  say(step, 'applicant-app', 'card', 'apdu-command', label, hex, [{ title: 'APDU', text }], { clause: 'JIS X 6320-4' }),
  say(step, 'card', 'applicant-app', 'apdu-response', answer.slice(-4), answer, [
    { title: 'APDU', text: `SW 9000\nbytes ${answer.length / 2 - 2}` },
  ]),
];

const started = (step: number): Line => ({ wait: 10, event: { type: 'step', step, state: 'started' } });
const passed = (step: number, ms: number): Line => ({ wait: 10, event: { type: 'step', step, state: 'passed', ms } });
const failed = (step: number, code: string): Line => ({
  wait: 10,
  event: { type: 'step', step, state: 'failed', code, ms: 31 },
});
const reference = 'A-7Q4M-19XK';
const stands = (status: string, more: Record<string, unknown> = {}): Line => ({
  wait: 5,
  event: { type: 'application', reference, status, since: new Date().toISOString(), ...more },
});

/** The whole rehearsal of one persona, up to the wallet or to the refusal. All bytes are made up. */
export function script(player: Player, outage = 0): Line[] {
  const stop = player.stopsAt;
  const lines: Line[] = [
    started(1),
    ...apdu(1, 'SELECT', '00a4040c0ad392f0003101000100', 'SELECT by AID\nAID  D3 92 F0 00 31 01 00 01 (text AP)'),
    ...apdu(1, 'VERIFY', '0020008004' + '00000000', 'VERIFY\nPIN  **** (masked)'),
  ];
  if (stop?.step === 1) return [...lines, failed(1, stop.code)];
  lines.push(
    ...apdu(1, 'SELECT FILE', '00a4020c020002', 'SELECT EF 0002'),
    ...apdu(1, 'READ BINARY', '00b0000000', 'READ BINARY\noffset 0, Le 256', `${noise(180, 3)}9000`),
    ...apdu(1, 'READ BINARY', '00b0010000', 'READ BINARY\noffset 256, Le 256', `${noise(252, 4)}9000`),
    ...apdu(1, 'READ BINARY', '00b0020000', 'READ BINARY\noffset 512, Le 256', `${noise(256, 5)}9000`),
    passed(1, 212),
    started(2),
    ...apdu(2, 'VERIFY', `0020008107${'00'.repeat(7)}`, 'VERIFY\nsignature password  ******* (masked)'),
  );
  if (stop?.step === 2) return [...lines, failed(2, stop.code)];
  lines.push(
    ...apdu(
      2,
      'COMPUTE SIGNATURE',
      `802a008033${noise(51, 9)}00`,
      'COMPUTE DIGITAL SIGNATURE\nDigestInfo  SHA-256',
      `${noise(256, 6)}9000`,
    ),
    passed(2, 164),
    started(3),
    say(
      3,
      'applicant-app',
      'smp',
      'http-request',
      'POST /applications',
      noise(900, 11),
      [
        {
          title: 'CMS SignedData (RFC 5652)',
          text: 'version 3\ndigestAlgorithm sha256\neContentType 2.999.8.5.9.1\nsignedAttrs contentType, messageDigest, signingTime, signingCertificateV2',
        },
        {
          title: 'application (CBOR)',
          text: `{\n  "version": 1,\n  "session": "s-rehearsal",\n  "challenge": h'${noise(32, 2)}',\n  "platform": "ios",\n  "deviceKeys": [\n    {1: 2, -1: 1, -2: h'${noise(32, 7)}', -3: h'${noise(32, 8)}'}\n  ]\n}`,
        },
        {
          title: 'certificate',
          text: 'subject  CN=TEST ONLY 見本, O=Tegata TEST ONLY, C=JP\nissuer   OU=TEST ONLY Sign CA, O=Tegata TEST ONLY, C=JP\nkey      RSA 2048\nvalid    2026-11-24 .. 2031-11-24',
        },
      ],
      {
        clause: 'RFC 5652 §5',
        contentType: 'application/pkcs7-mime; smime-type=signed-data',
        note: '申請書。本人の署名が、電話の鍵まで包んでいます。',
      },
    ),
    say(
      3,
      'smp',
      'applicant-app',
      'http-response',
      '202',
      Buffer.from(`{"reference":"${reference}","status":"received"}`).toString('hex'),
      [{ title: 'JSON', text: `{\n  "reference": "${reference}",\n  "status": "received"\n}` }],
      { contentType: 'application/json' },
    ),
    passed(3, 38),
    stands('received'),
    { wait: 4, event: { type: 'wallet', state: 'provisional', reference } },
    started(4),
    say(
      4,
      'smp',
      'jpki',
      'http-request',
      'POST /ocsp',
      noise(120, 14),
      [{ title: 'OCSPRequest (RFC 6960)', text: 'requestList 1\nnonce 32 bytes' }],
      { clause: 'RFC 6960 §4.1', contentType: 'application/ocsp-request' },
    ),
    say(
      4,
      'jpki',
      'smp',
      'http-response',
      '200',
      noise(420, 15),
      [{ title: 'OCSPResponse', text: stop?.step === 4 ? 'certStatus revoked' : 'certStatus good\nnonce matches' }],
      { clause: 'RFC 6960 §4.2', contentType: 'application/ocsp-response' },
    ),
  );
  if (outage > 0)
    lines.push(
      { wait: 5, event: { type: 'step', step: 4, state: 'waiting', code: 'ocsp-unavailable' } },
      stands('received', { waiting: 'ocsp-unavailable' }),
      { wait: outage, event: { type: 'step', step: 4, state: 'started' } },
      stands('received'),
    );
  if (stop?.step === 4) return [...lines, failed(4, stop.code), stands('refused', { refusal: stop.code })];
  lines.push(
    passed(4, 96),
    stands('verified'),
    started(5),
    say(
      5,
      'smp',
      'iaca',
      'http-request',
      'PUT /issuances/…',
      noise(700, 17),
      [
        {
          title: 'CBOR',
          text: '{\n  "record": {"full_name_unicode": "見本　花子", "individual_number_unicode": "************"},\n  "deviceKey": {1: 2, -1: 1}\n}',
        },
      ],
      { contentType: 'application/cbor' },
    ),
    say(
      5,
      'iaca',
      'smp',
      'http-response',
      '201',
      noise(110, 18),
      [{ title: 'CBOR', text: `{\n  "token": h'${noise(16, 1)}',\n  "digest": h'${noise(32, 1)}'\n}` }],
      { contentType: 'application/cbor' },
    ),
    passed(5, 44),
    stands('prepared'),
    started(6),
    say(
      6,
      'smp',
      'iaca',
      'http-request',
      'POST …/signature',
      noise(24, 20),
      [{ title: 'CBOR', text: `{"token": h'${noise(16, 1)}'}` }],
      { contentType: 'application/cbor' },
    ),
    say(
      6,
      'iaca',
      'smp',
      'http-response',
      '200',
      noise(1800, 21),
      [
        {
          title: 'IssuerSigned',
          text: `{\n  "nameSpaces": {\n    "org.iso.23220.1": [24(h'a4686469…'), 24(h'a4686469…')],\n    "org.iso.23220.1.jp": [24(h'a4686469…')]\n  },\n  "issuerAuth": [h'a10126', {33: h'${noise(24, 5)}'}, 24(h'a6…'), h'${noise(64, 6)}']\n}`,
        },
        {
          title: 'MobileSecurityObject',
          text: '{\n  "version": "1.0",\n  "digestAlgorithm": "SHA-256",\n  "docType": "org.iso.23220.1.jp.mnc",\n  "validityInfo": {\n    "signed": 0("2026-11-24T00:00:00Z"),\n    "validUntil": 0("2026-12-24T00:00:00Z")\n  }\n}',
        },
      ],
      { clause: 'ISO/IEC 18013-5 §9.1.2.4', contentType: 'application/cbor' },
    ),
    passed(6, 71),
    stands('signed'),
    started(7),
    say(
      7,
      'smp',
      'wallet-provider',
      'http-request',
      'PUT /deliveries/…',
      noise(1900, 23),
      [
        {
          title: 'JWE',
          text: '{\n  "alg": "ECDH-ES",\n  "enc": "A256GCM"\n}\n# sealed for the phone: the relay cannot open it',
        },
      ],
      { contentType: 'application/jose' },
    ),
    say(7, 'wallet-provider', 'smp', 'http-response', '201', '', []),
    passed(7, 29),
    stands('offered'),
    started(8),
    say(8, 'wallet', 'wallet-provider', 'http-request', 'GET /deliveries', noise(60, 25), [
      { title: 'HTTP', text: 'GET /deliveries?wait=20\nDPoP: eyJ…' },
    ]),
    say(
      8,
      'wallet-provider',
      'wallet',
      'http-response',
      '200',
      noise(1900, 26),
      [{ title: 'JSON', text: '[{"id": "d-1", "jwe": "eyJ…"}]' }],
      { contentType: 'application/json' },
    ),
    stands('delivered'),
    say(
      8,
      'wallet',
      'wallet-provider',
      'http-request',
      'POST …/receipt',
      noise(90, 27),
      [{ title: 'JSON', text: '{"digest": "…"}' }],
      { contentType: 'application/json' },
    ),
    passed(8, 118),
    stands('active'),
    { wait: 4, event: { type: 'wallet', state: 'active', reference } },
  );
  return lines;
}

export const consentEvent = {
  type: 'consent',
  id: 'c1',
  reader: { name: '見本酒店', verified: true },
  elements: [{ namespace: 'org.iso.23220.1', element: 'age_over_20', retain: false }],
};

/** The shop's part, once the phone has answered. */
export function checkScript(player: Player, allowed: boolean): Line[] {
  const check = (id: string, clause: string, result = 'passed'): Record<string, string> => ({ id, result, clause });
  const base = [
    say(
      9,
      'verifier',
      'wallet',
      'http-request',
      'SessionEstablishment',
      noise(260, 31),
      [{ title: 'CBOR', text: `{\n  "eReaderKey": 24(h'${noise(20, 3)}'),\n  "data": h'${noise(40, 4)}'\n}` }],
      { clause: 'ISO/IEC 18013-5 §9.1.1.4', contentType: 'application/cbor' },
    ),
  ];
  if (!allowed)
    return [
      ...base,
      { wait: 10, event: { type: 'step', step: 9, state: 'failed', code: 'consent-denied', ms: 20 } },
      { wait: 2, event: { type: 'check', verdict: 'red', code: 'consent-denied', checks: [], ms: 20 } },
    ];
  return [
    ...base,
    say(
      9,
      'wallet',
      'verifier',
      'http-response',
      'SessionData',
      noise(1500, 32),
      [
        {
          title: 'DeviceResponse',
          text: `{\n  "version": "1.0",\n  "documents": [{"docType": "org.iso.23220.1.jp.mnc", "issuerSigned": {"nameSpaces": {"org.iso.23220.1": [24(<< {"digestID": 7, "random": h'${noise(16, 3)}', "elementIdentifier": "age_over_20", "elementValue": ${player.over20}} >>)]}}}],\n  "status": 0\n}`,
        },
      ],
      { clause: 'ISO/IEC 18013-5 §8.3.2.1.2.2', contentType: 'application/cbor' },
    ),
    { wait: 10, event: { type: 'step', step: 9, state: 'passed', ms: 57 } },
    {
      wait: 2,
      event: {
        type: 'check',
        verdict: player.over20 ? 'green' : 'red',
        answer: { element: 'age_over_20', value: player.over20 },
        checks: [
          check('issuer-signature', 'ISO/IEC 18013-5 §9.1.2.4'),
          check('issuer-certificate-path', 'ISO/IEC 18013-5 §9.3.1'),
          check('digests', 'ISO/IEC 18013-5 §9.1.2.3'),
          check('device-signature', 'ISO/IEC 18013-5 §9.1.3'),
          check('validity', 'ISO/IEC 18013-5 §9.1.2.4'),
          check('doc-type', 'ISO/IEC 18013-5 §8.3.2.1.2.1'),
          check('only-what-was-asked', 'ISO/IEC 18013-5 §8.3.2.1.2.2'),
          check('status-list', 'draft-ietf-oauth-status-list', 'not_performed'),
        ],
        ms: 57,
      },
    },
  ];
}
