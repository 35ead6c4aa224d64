/**
 * Issue, present and verify mdocs, next to the npm peers and to the ceiling: what the machine's own P-256 alone allows.
 *
 * What each number means:
 * - issue: one mdoc of 14 elements with fresh salts, digestIDs in random order, signed with ES256; the phone's key is at hand as an object
 *   (it was read and validated when it came in). Nobody verifies the signature that was just made.
 * - verify: every check of the response, with the trust list parsed and the signer's chain seen before; the phone's key is new each time.
 *   Peers as shipped keep nothing between calls; "tuned" gives them node:crypto, kept keys and kept chains.
 * @module
 */
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  buildDeviceResponse,
  issueMdoc,
  MNC_DOCTYPE,
  NS_ISO,
  verifyDeviceResponse,
  verifyIssuerSigned,
} from '@tegata/mdoc';
import { systemRandom } from '@tegata/random';
import { parseCertificate } from '@tegata/x509';
import { cborCases } from './cbor.ts';
import {
  type Elements,
  type Material,
  makeMaterial,
  NOW,
  REQUEST_ALL,
  REQUEST_ONE,
  tampered,
  VALIDITY,
} from './material.ts';
import { async, type Case, sync } from './measure.ts';
import { animo } from './peer-animo.ts';
import { auth0 } from './peer-auth0.ts';
import { owf } from './peer-owf.ts';
import type { Suite } from './run.ts';

/** A phone with its keys. */
export type Phone = Material['phones'][number];

/** A library, or one configuration of it. */
export interface Contender {
  readonly variant: string;
  /** Issues an mdoc, encoded. */
  readonly issue: (elements: Elements, phone: Phone) => Promise<Uint8Array>;
  /** IssuerSigned of what `issue` gave, where that is more. */
  readonly issuerSigned?: (issued: Uint8Array) => Uint8Array;
  /** Shows `age_over_20` of an mdoc. */
  readonly present: (index: number) => Promise<Uint8Array>;
  /** Whether a response is accepted. */
  readonly verify: (response: Uint8Array, all: boolean) => Promise<boolean> | boolean;
}

/** Makes the material and the cases, and asserts that each contender is right. */
export async function mdocSuite(): Promise<Suite> {
  const material = await makeMaterial();
  const contenders: Contender[] = [tegata(material), auth0(material), ...owf(material), ...animo(material)];
  for (const contender of contenders) await assertRight(contender, material);
  return {
    cases: [
      ...issueCases(material, contenders),
      ...presentCases(material, contenders),
      ...verifyCases(material, contenders),
      ...cborCases(material),
    ],
    skipped: [],
  };
}

function tegata(material: Material): Contender {
  const { ds, dsCertificate, transcript, stored, phones } = material;
  const trustAnchors = [parseCertificate(material.iaca)];
  const certificateChain = [dsCertificate];
  const issue = { docType: MNC_DOCTYPE, validity: VALIDITY, random: systemRandom, signer: ds.signer, certificateChain };
  return {
    variant: 'tegata',
    issue: (elements, phone) => issueMdoc({ ...issue, elements, deviceKey: phone.publicKey }),
    present: (index) =>
      buildDeviceResponse({
        issuerSigned: stored[index % stored.length] as Uint8Array,
        docType: MNC_DOCTYPE,
        disclose: { [NS_ISO]: ['age_over_20'] },
        sessionTranscript: transcript,
        deviceSigner: (phones[index % stored.length] as Phone).signer,
      }),
    verify: (response, all) => verifies(material, trustAnchors, response, all),
  };
}

function verifies(
  material: Material,
  trustAnchors: ReturnType<typeof parseCertificate>[],
  response: Uint8Array,
  all: boolean,
) {
  const requested = all ? REQUEST_ALL : REQUEST_ONE;
  const { transcript: sessionTranscript } = material;
  const report = verifyDeviceResponse({ response, sessionTranscript, trustAnchors, now: NOW, requested });
  return report.result === 'passed' && report.documents[0]?.result === 'passed';
}

function issueCases({ small, large, phones }: Material, contenders: readonly Contender[]): Case[] {
  const phone = (index: number) => phones[index % phones.length] as Phone;
  return (['issue-4k', 'issue-20k'] as const).flatMap((bench) => [
    bareSign(bench),
    ...contenders.map(({ variant, issue }) =>
      async(bench, variant, (index) => issue(bench === 'issue-4k' ? small : large, phone(index))),
    ),
  ]);
}

function presentCases(_: Material, contenders: readonly Contender[]): Case[] {
  return [bareSign('present'), ...contenders.map(({ variant, present }) => async('present', variant, present))];
}

function verifyCases({ full, one }: Material, contenders: readonly Contender[]): Case[] {
  return (['verify-full', 'verify-one'] as const).flatMap((bench) => [
    bareVerifies(bench),
    ...contenders.map(({ variant, verify: accepts }) =>
      async(bench, variant, (index) => {
        const all = bench === 'verify-full';
        const responses = all ? full : one;
        const accepted = accepts(responses[index % responses.length] as Uint8Array, all);
        return accepted instanceof Promise ? accepted.then(mustHold) : mustHold(accepted);
      }),
    ),
  ]);
}

function mustHold(accepted: boolean): true {
  if (!accepted) throw new Error('a good response was refused');
  return true;
}

const SIGNED = new Uint8Array(1300).fill(7);

/** The ceiling of whatever signs once: a P-256 signature over as many bytes as an MSO has. */
function bareSign(bench: string): Case {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return sync(bench, 'ceiling', () => sign('sha256', SIGNED, privateKey));
}

/** The ceiling of whatever verifies issuer and phone: two P-256 verifications with keys at hand. */
function bareVerifies(bench: string): Case {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = sign('sha256', SIGNED, privateKey);
  const once = () => verify('sha256', SIGNED, publicKey, signature);
  return sync(bench, 'ceiling', () => (once() && once()) || undefined);
}

/** What throws has refused. */
async function refusing(verify: () => Promise<boolean> | boolean): Promise<boolean> {
  try {
    return await verify();
  } catch {
    return false;
  }
}

/** A rate counts only if the work was done: good ones are accepted, forged ones refused, issued ones verify. */
async function assertRight(contender: Contender, material: Material): Promise<void> {
  const { variant } = contender;
  const wrong = (what: string): never => {
    throw new Error(`${variant}: ${what}`);
  };
  for (const [responses, all] of [
    [material.full, true],
    [material.one, false],
  ] as const) {
    const good = responses[0] as Uint8Array;
    if (!(await contender.verify(good, all))) wrong('refuses a good response');
    for (const [what, forged] of Object.entries(tampered(good))) {
      if (await refusing(() => contender.verify(forged, all))) wrong(`accepts a response with a changed ${what}`);
    }
  }
  for (const elements of [material.small, material.large]) {
    const [phone] = material.phones as [Phone];
    const issued = await contender.issue(elements, phone);
    const report = verifyIssuerSigned({
      issuerSigned: contender.issuerSigned?.(issued) ?? issued,
      trustAnchors: [material.iaca],
      now: NOW,
      deviceKey: phone.publicKey,
      docType: MNC_DOCTYPE,
    });
    if (report.result !== 'passed') wrong(`issues what does not verify: ${report.code}`);
  }
  const shown = await contender.present(0);
  if (!verifies(material, [parseCertificate(material.iaca)], shown, false)) wrong('shows what does not verify');
}
