/**
 * From the card to the signed application, in memory: steps 1 and 2 whole, and step 3 up to where the network begins.
 *
 * What each number means:
 * - card-read: step 1 alone, 70 commands: attributes, My Number, photo, and the presence proofs.
 * - card-to-application: steps 1 to 3: as above, then the password, the certificate, the content in CBOR, the card's signature, the CMS, its check
 *   against the certificate, and the call to a wire that answers at once. A ceiling is the card's RSA signatures alone.
 * - card-read-checked: step 1, then every check of the files as `tegata card read` makes them.
 * @module
 */
import { constants, createHash, generateKeyPairSync, privateEncrypt } from 'node:crypto';
import { digestInfoSha256, limitTransport, transportTo } from '@tegata/apdu';
import { pinBytes, readCard, sendApplication, signApplication, type Wire } from '@tegata/applicant-app';
import { loadPersona } from '@tegata/card';
import { checkCardFiles } from '@tegata/card-files';
import { systemClock as clock } from '@tegata/clock';
import { coseKeyFromJwk } from '@tegata/cose';
import { parseP256Jwk } from '@tegata/jose';
import { systemRandom as random } from '@tegata/random';
import { localCard } from '../cli/src/card/local-cards.ts';
import { async, type Case, sync } from './measure.ts';

const key = () =>
  coseKeyFromJwk(parseP256Jwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })));

/** Makes the card and the cases, and asserts that what comes out is right. */
export async function cardReadSuite(): Promise<{ cases: Case[]; skipped: string[] }> {
  const persona = loadPersona('adult');
  const { chip, trust } = await localCard({ persona: 'adult', profile: 'card' }, { clock, random, environment: {} });
  const keys = persona.keys();
  const pin = pinBytes('text', persona.pins.text);
  const signaturePassword = pinBytes('sign', persona.pins.signature ?? '');
  const challenge = random.bytes(32);
  const phone = { deviceKeys: [key()], keyAttestation: 'e30.e30.AA', responseKey: key() };
  const session = 'a-session-of-the-bench';
  const wire = { sendApplication: async () => ({ reference: 'none', status: 'received' }) } as unknown as Wire;

  const read = () => readCard({ card: limitTransport(transportTo(chip)), pin, challenge, confirmLastTry: false });
  const apply = async () => {
    const card = limitTransport(transportTo(chip));
    const files = await readCard({ card, pin, challenge, confirmLastTry: false });
    const time = new Date(Math.floor(clock.now().getTime() / 1000) * 1000);
    const application = {
      version: 1 as const,
      session,
      challenge,
      platform: 'ios' as const,
      time,
      card: files,
      ...phone,
    };
    const signed = await signApplication({ card, signaturePassword, application });
    return sendApplication(wire, session, signed);
  };
  const checked = async () => {
    const files = await read();
    const report = checkCardFiles({
      ...files,
      challenge,
      textAnchors: trust.textCvc,
      surfaceAnchors: trust.surfaceCvc,
      at: clock.now(),
    });
    if (report.refusal) throw new Error(`the card does not pass: ${report.refusal.id}`);
    return report;
  };
  const input = digestInfoSha256(createHash('sha256').update(challenge).digest());
  const bare = (name: 'text' | 'surface' | 'jpki-sign') =>
    privateEncrypt({ key: keys[name], padding: constants.RSA_PKCS1_PADDING }, input);
  await checked();
  await apply();
  return {
    cases: [
      sync('card-read', 'ceiling', () => [bare('text'), bare('surface')]),
      async('card-read', 'tegata', read),
      async('card-read-checked', 'tegata', checked),
      sync('card-to-application', 'ceiling', () => [bare('text'), bare('surface'), bare('jpki-sign')]),
      async('card-to-application', 'tegata', apply),
    ],
    skipped: [],
  };
}
