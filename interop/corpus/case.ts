import type { CborMap, CborValue } from '@tegata/cbor';
import { encode } from '@tegata/cbor';
import { makeRoot, makeSigner } from './authority.ts';
import {
  type Forgery,
  MNC,
  makeDocument,
  makeIssuerSigned,
  makeResponse,
  NS_ISO,
  NS_JP,
  type Parties,
} from './document.ts';
import type { SeededKey } from './seeded-key.ts';
import { seededKey } from './seeded-key.ts';
import { qrTranscript } from './transcript.ts';

/** A public check id, and the code within it. */
export interface Finding {
  readonly check: string;
  readonly code?: string;
}

/** What was asked for: intentToRetain by namespace and element. */
export interface Requested {
  readonly docType: string;
  readonly nameSpaces: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

/** A root that the reader trusts, for all document types or for some. */
export interface Anchor {
  readonly certificate: Uint8Array;
  readonly docTypes?: readonly string[];
}

/** Settings of the verifier besides trust and time. */
export interface CaseOptions {
  /** How far an issuer's clock may be ahead, in seconds. */
  readonly skewSeconds?: number;
  readonly profileMode?: 'strict' | 'interop';
  readonly revocation?: 'off' | 'soft' | 'hard';
}

/** One case of the corpus: bytes, how to look at them, and the only right verdict. */
export interface Case {
  /** Unique; the name of its file. */
  readonly id: string;
  readonly title: string;
  readonly clause: string;
  readonly expect: 'valid' | Finding;
  /** Further checks that must fail with it, since what they rest on is gone or broken in the same stroke. */
  readonly also?: readonly Finding[];
  /** What is reported without refusing: the whole list, for valid cases. */
  readonly warnings?: readonly Finding[];
  /** Entries of the public list of verification mistakes that the case would uncover. */
  readonly pitfalls?: readonly number[];
  /** Our verifier does not judge it so yet, and why. */
  readonly pending?: string;
  readonly kind: 'device-response' | 'issuer-signed' | 'device-request';
  readonly docType: string;
  readonly bytes: Uint8Array;
  readonly transcript: Uint8Array;
  /** Whether the reader still has its ephemeral private key. */
  readonly readerKey?: SeededKey;
  readonly anchors: readonly Anchor[];
  readonly at: Date;
  readonly requested: readonly Requested[];
  readonly options?: CaseOptions;
  /** CRLs and status tokens at hand. */
  /** Absent: none was looked for; empty: none was found. */
  readonly crls?: readonly Uint8Array[];
  readonly statusTokens?: readonly Uint8Array[];
}

/** The stage on which most cases play. */
export const root = makeRoot('corpus');
export const signer = makeSigner(root);
export const device = seededKey('device');
export const reader = seededKey('reader');
export const transcript = qrTranscript();
export const parties = (seed: string): Parties => ({ seed, issuer: signer, device, transcript });

/** The request that most cases answer. */
export const REQUESTED: Requested = {
  docType: MNC,
  nameSpaces: {
    [NS_JP]: { full_name_unicode: false, portrait: false },
    [NS_ISO]: { age_over_18: false, age_over_20: false, birth_date: false, sex: false },
  },
};

/** What a case says of itself; the rest is as on the stage. */
export type CaseText = Pick<Case, 'id' | 'title' | 'clause' | 'expect'> & Partial<Case>;

/** A case over any bytes. */
export function caseOf(text: CaseText & { readonly bytes: Uint8Array }): Case {
  return {
    kind: 'device-response',
    docType: MNC,
    transcript,
    anchors: [{ certificate: root.certificate }],
    at: new Date('2026-11-24T03:00:00Z'),
    requested: [REQUESTED],
    ...text,
  };
}

/** A case over a response of one document. */
export function responseCase(
  text: CaseText,
  forgery: Forgery = {},
  change?: (response: CborMap) => CborValue | undefined,
): Case {
  const all = { ...parties(text.id), ...(text.transcript ? { transcript: text.transcript } : {}) };
  return caseOf({ ...text, bytes: makeResponse([makeDocument(all, forgery)], change) });
}

/** A case over an IssuerSigned outside of a presentation. */
export function issuedCase(text: CaseText, forgery: Forgery = {}): Case {
  const bytes = encode(makeIssuerSigned(parties(text.id), forgery), { mapOrder: 'given' });
  return caseOf({ ...text, kind: 'issuer-signed', requested: [], bytes });
}

/** Short for a finding. */
export const fails = (check: string, code?: string): Finding => (code === undefined ? { check } : { check, code });
