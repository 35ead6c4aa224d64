import { parseIssuerSigned, type VerificationAssessment, Verifier } from '@animo-id/mdoc';
import { sessionTranscriptBytes } from '@tegata/mdoc';
import { animoContext } from './context-animo.ts';
import type { Peer } from './scorecard-peer.ts';

type Jwk = Exclude<NonNullable<Parameters<Verifier['verifyDeviceResponse']>[0]['ephemeralReaderKey']>, Uint8Array>;

/** `@animo-id/mdoc` with a context from node:crypto. It is not told what was asked for. */
export const animo: Peer = {
  name: '@animo-id/mdoc',
  kinds: ['device-response', 'issuer-signed'],
  notAsked: ['requested-doctype', 'unrequested', 'status-list'],
  remark: 'It leaves the validation of the path to its caller: names, signatures and times here.',
  async accepts({ entry, bytes, transcript, anchors, readerKey, at }) {
    let failed = false;
    const onCheck = ({ status }: VerificationAssessment) => {
      failed ||= status === 'FAILED';
    };
    const trustedCertificates = anchors.map(({ certificate }) => certificate);
    const context = animoContext(at);
    const verifier = new Verifier();
    if (entry.kind === 'issuer-signed') {
      const mdoc = parseIssuerSigned(bytes, entry.docType);
      const { issuerAuth } = mdoc.issuerSigned;
      const trust = { trustedCertificates, disableCertificateChainValidation: false, now: at };
      await verifier.verifyIssuerSignature({ ...trust, issuerAuth, onCheckG: onCheck }, context);
      await verifier.verifyData({ mdoc, onCheckG: onCheck }, context);
      return !failed;
    }
    await verifier.verifyDeviceResponse(
      {
        encodedDeviceResponse: bytes,
        encodedSessionTranscript: sessionTranscriptBytes(transcript),
        ...(readerKey ? { ephemeralReaderKey: readerKey.export({ format: 'jwk' }) as Jwk } : {}),
        trustedCertificates,
        now: at,
        onCheck,
      },
      context,
    );
    return !failed;
  },
};
