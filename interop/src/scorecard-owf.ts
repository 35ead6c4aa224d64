import { DeviceRequest, Holder, type VerificationAssessment, Verifier } from '@owf/mdoc';
import { buildDeviceRequest } from '@tegata/mdoc';
import { owfContext, owfKey } from './context-owf.ts';
import type { Peer } from './scorecard-peer.ts';

/** `@owf/mdoc` with a context from node:crypto. */
export const owf: Peer = {
  name: '@owf/mdoc',
  kinds: ['device-response', 'issuer-signed'],
  notAsked: ['status-list'],
  remark: 'It leaves the validation of the path to its caller: names, signatures and times here.',
  async accepts({ entry, bytes, transcript, anchors, readerKey, at }) {
    const context = owfContext(at);
    let failed = false;
    const onCheck = ({ status }: VerificationAssessment) => {
      failed ||= status === 'FAILED';
    };
    const trust = { trustedCertificates: anchors.map(({ certificate }) => certificate), now: at };
    const skewSeconds = entry.options?.skewSeconds ?? 30;
    if (entry.kind === 'issuer-signed') {
      await Holder.verifyIssuerSigned(
        { ...trust, issuerSigned: bytes, skewSeconds, verificationCallback: onCheck },
        context,
      );
      return !failed;
    }
    await Verifier.verifyDeviceResponse(
      {
        ...trust,
        skewSeconds,
        deviceRequest: DeviceRequest.decode(buildDeviceRequest(entry.requested, { legalBasis: 'a test' })),
        deviceResponse: bytes,
        sessionTranscript: transcript,
        ...(readerKey ? { ephemeralReaderKey: owfKey(readerKey) } : {}),
        onCheck,
      },
      context,
    );
    return !failed;
  },
};
