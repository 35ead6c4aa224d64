import type { Encoded } from '@tegata/cbor';
import { MdocError } from '../error.ts';
import { sessionTranscriptQr } from '../session-transcript.ts';
import { type AnnexBParameters, sessionTranscriptAnnexB, sessionTranscriptAnnexBDraft } from './annex-b.ts';
import { type AnnexCParameters, sessionTranscriptAnnexC } from './annex-c.ts';
import { type AppleInAppParameters, sessionTranscriptAppleInApp } from './apple-in-app.ts';
import { sessionTranscriptNfc } from './nfc.ts';
import {
  type OpenId4VpDcApiParameters,
  sessionTranscriptOpenId4VpDcApi,
  sessionTranscriptOpenId4VpDraft24,
} from './openid4vp-dc-api.ts';
import { type OpenId4VpRedirectParameters, sessionTranscriptOpenId4VpRedirect } from './openid4vp-redirect.ts';

/** What engagement in person leaves for the transcript; both with tag 24. */
export interface EngagementParameters {
  readonly deviceEngagementBytes: Encoded | Uint8Array;
  readonly eReaderKeyBytes: Encoded | Uint8Array;
}

/** Every SessionTranscript that is made here, by what it needs. */
export interface TranscriptParameters {
  qr: EngagementParameters;
  'nfc-static': EngagementParameters & { readonly handoverSelect: Uint8Array };
  'nfc-negotiated': EngagementParameters & {
    readonly handoverSelect: Uint8Array;
    readonly handoverRequest: Uint8Array;
  };
  'iso-18013-7-annex-b': AnnexBParameters;
  'iso-18013-7-annex-b-draft': AnnexBParameters;
  'iso-18013-7-annex-c': AnnexCParameters;
  'openid4vp-redirect': OpenId4VpRedirectParameters;
  'openid4vp-dc-api': OpenId4VpDcApiParameters;
  'openid4vp-draft24-dc-api': { readonly origin: string; readonly clientId: string; readonly nonce: string };
  'apple-in-app': AppleInAppParameters;
}

/** The name of a kind of SessionTranscript. */
export type TranscriptVariant = keyof TranscriptParameters;

const MAKERS: { readonly [V in TranscriptVariant]: (parameters: TranscriptParameters[V]) => Uint8Array } = {
  qr: sessionTranscriptQr,
  'nfc-static': (parameters) => sessionTranscriptNfc({ ...parameters, handoverRequest: null }),
  'nfc-negotiated': sessionTranscriptNfc,
  'iso-18013-7-annex-b': sessionTranscriptAnnexB,
  'iso-18013-7-annex-b-draft': sessionTranscriptAnnexBDraft,
  'iso-18013-7-annex-c': sessionTranscriptAnnexC,
  'openid4vp-redirect': sessionTranscriptOpenId4VpRedirect,
  'openid4vp-dc-api': sessionTranscriptOpenId4VpDcApi,
  'openid4vp-draft24-dc-api': sessionTranscriptOpenId4VpDraft24,
  'apple-in-app': sessionTranscriptAppleInApp,
};

/** All of them. */
export const TRANSCRIPT_VARIANTS = Object.keys(MAKERS) as readonly TranscriptVariant[];

/** Superseded ones: they are weaker, and only verified where the operator says so. */
export const LEGACY_VARIANTS: ReadonlySet<TranscriptVariant> = new Set<TranscriptVariant>([
  'iso-18013-7-annex-b',
  'iso-18013-7-annex-b-draft',
  'openid4vp-draft24-dc-api',
]);

/**
 * The bare SessionTranscript of a variant.
 * @param options.legacy allows superseded variants, for verifying alone
 * @throws {MdocError} `transcript` (rule `legacy-variant` among others), `structure`
 * @example sessionTranscriptOf('openid4vp-dc-api', { origin, nonce, jwkThumbprint: null })
 */
export function sessionTranscriptOf<V extends TranscriptVariant>(
  variant: V,
  parameters: TranscriptParameters[V],
  options: { legacy?: boolean } = {},
): Uint8Array {
  if (LEGACY_VARIANTS.has(variant) && !options.legacy) {
    throw new MdocError('transcript', 'This transcript is superseded: allow it by name to verify old wallets.', {
      rule: 'legacy-variant',
      variant,
    });
  }
  return MAKERS[variant](parameters);
}
