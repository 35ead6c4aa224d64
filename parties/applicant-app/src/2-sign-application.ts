import type { Transport } from '@tegata/apdu';
import { APPLICATION_CONTENT_TYPE, type Application, encodeApplication } from '@tegata/application';
import { CmsError, type PreparedSignedData, prepareSignedData } from '@tegata/cms';
import { X509Error } from '@tegata/x509';
import { certificateOf } from './card/certificate-of.ts';
import { PIN_PLACES, showPin } from './card/pins.ts';
import { MAX_CERTIFICATE } from './card/read-certificates.ts';
import { computeSignature, readFile, selectApplication } from './card-commands.ts';
import { ApplicantAppError } from './error.ts';

/**
 * Step 2: has the card sign the application with its signature key: CMS SignedData, the content inside, the signer's certificate
 * with it. The card signs SHA-256 of the signed attributes (`80 2A 02 9A`); the person's own signature so covers the device keys.
 * @throws {ApplicantAppError} `wrong-signature-password` with the tries left, `signature-password-locked`, `card-hostile`
 */
export async function signApplication(options: {
  card: Transport;
  /** ASCII, capitals */
  signaturePassword: Uint8Array;
  application: Application;
}): Promise<Uint8Array> {
  const { card, application } = options;
  const content = encodeApplication(application);
  await selectApplication(card, 'jpki');
  await showPin(card, PIN_PLACES.sign[0], options.signaturePassword);
  const certificate = certificateOf(await readFile(card, 0x01, MAX_CERTIFICATE));
  const prepared = byTheCard(() =>
    prepareSignedData({
      content,
      eContentType: APPLICATION_CONTENT_TYPE,
      certificate,
      signingTime: application.time,
    }),
  );
  const signature = await computeSignature(card, signCommand(prepared));
  // `finish` checks the signature against the certificate: a card that signs with another key is noticed here, not at the SMP.
  return byTheCard(() => prepared.finish(signature));
}

function signCommand({ digest, digestAlgorithm }: PreparedSignedData) {
  if (digestAlgorithm !== 'sha256') {
    throw new ApplicantAppError('card-hostile', 'The signature certificate is of a kind that no card of today has.');
  }
  return { cla: 0x80, ins: 0x2a, p1: 0x02, p2: 0x9a, data: digest, le: 256 };
}

/** What certificate and signature are wrong with is the card's fault. */
function byTheCard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CmsError || error instanceof X509Error)) throw error;
    throw new ApplicantAppError('card-hostile', 'Certificate and signature of the card do not go together.', {
      rule: error.code,
    });
  }
}
