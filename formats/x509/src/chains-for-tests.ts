import { generateSoftwareKey, type Signer, softwareSigner } from '@tegata/keys';
import { seededRandom } from '@tegata/random';
import {
  buildAttestationRoot,
  buildAttestationSigner,
  buildCertificate,
  buildDocumentSigner,
  buildIaca,
  buildIacaLink,
  buildJpkiAuth,
  buildJpkiCa,
  buildJpkiSign,
  buildOcspResponder,
  buildReaderAuth,
  buildReaderRoot,
  buildVicalSigner,
  extension,
  type JpkiSignHolder,
  randomSerial,
} from '@tegata/x509-build';

import { parseCertificate } from './certificate.ts';

/** The time at which all the certificates of these chains are valid. */
export const at = new Date('2026-11-24T03:04:05Z');

/** The person of the certificates. */
export const holder: JpkiSignHolder = {
  name: '試験　太郎',
  address: '東京都千代田区霞が関一丁目１－１',
  sex: '1',
  birthDate: '19800217',
  prefecture: 'Tokyo-to',
  municipality: 'Chiyoda-ku',
  municipalityCode: '13101',
};

/** A certificate with the signer of its key and that of its issuer. */
export interface Link {
  readonly der: Uint8Array;
  readonly key: Signer;
  readonly by: Signer;
}

/** One sound chain per profile; keys are made anew. */
export async function makeChains() {
  const random = seededRandom('chains');
  const rsa = async () => softwareSigner(await generateSoftwareKey('RSA-2048'));
  const p256 = async () => softwareSigner(await generateSoftwareKey('P-256'));
  const [caKey, holderKey, iacaKey, dsKey, rootKey, attesterKey, responderKey] = await Promise.all([
    rsa(),
    rsa(),
    generateSoftwareKey('P-384').then(softwareSigner),
    p256(),
    p256(),
    p256(),
    p256(),
  ]);
  const [newIacaKey, readerRootKey, readerKey, vicalKey] = await Promise.all([p256(), p256(), p256(), p256()]);
  const base = { random, notBefore: at };
  const signCa = await buildJpkiCa({ ca: 'sign', signer: caKey, ...base });
  const authCa = await buildJpkiCa({ ca: 'auth', signer: caKey, ...base });
  const end = { publicKey: holderKey.publicKey, holder, random, at };
  const sign = await buildJpkiSign({ ...end, issuer: { certificate: signCa, signer: caKey } });
  const auth = await buildJpkiAuth({ ...end, issuer: { certificate: authCa, signer: caKey } });
  const phone = { ...end, device: 'phone' } as const;
  const phoneSign = await buildJpkiSign({ ...phone, issuer: { certificate: signCa, signer: caKey } });
  const phoneAuth = await buildJpkiAuth({ ...phone, issuer: { certificate: authCa, signer: caKey } });
  const responder = await buildOcspResponder({
    issuer: { certificate: signCa, signer: caKey },
    publicKey: responderKey.publicKey,
    ...base,
    notAfter: new Date(at.getTime() + 90 * 86_400_000),
    subject: [
      ['C', 'JP'],
      ['O', 'Tegata TEST ONLY'],
      ['CN', 'TEST OCSP responder'],
    ],
  });
  const iaca = await buildIaca({ signer: iacaKey, ...base });
  const ds = await buildDocumentSigner({
    issuer: { certificate: iaca, signer: iacaKey },
    publicKey: dsKey.publicKey,
    ...base,
  });
  const root = await buildAttestationRoot({ signer: rootKey, ...base });
  const attester = await buildAttestationSigner({
    issuer: { certificate: root, signer: rootKey },
    publicKey: attesterKey.publicKey,
    ...base,
  });
  const link = await buildIacaLink({
    issuer: { certificate: iaca, signer: iacaKey },
    publicKey: newIacaKey.publicKey,
    ...base,
  });
  const statusKey = await p256();
  const status = await buildCertificate({
    subject: [['CN', 'Tegata TEST status signer']],
    issuer: parseCertificate(iaca).subject.raw,
    serial: randomSerial(random, 20),
    notBefore: at,
    notAfter: new Date(at.getTime() + 400 * 86_400_000),
    publicKey: statusKey.publicKey,
    signer: iacaKey,
    extensions: [
      extension.authorityKeyIdentifier(iacaKey.publicKey),
      extension.subjectKeyIdentifier(statusKey.publicKey),
      extension.keyUsage('digitalSignature'),
    ],
  });
  const listKey = await p256();
  const plain = (text: string, publicKey: Signer['publicKey'], ...bits: Parameters<typeof extension.keyUsage>) =>
    buildCertificate({
      subject: [['CN', text]],
      issuer: parseCertificate(signCa).subject.raw,
      serial: randomSerial(random, 20),
      notBefore: at,
      notAfter: new Date(at.getTime() + 400 * 86_400_000),
      publicKey,
      signer: caKey,
      extensions: [extension.keyUsage(...bits)],
    });
  const lister = await plain('Tegata TEST CRL signer', listKey.publicKey, 'cRLSign');
  const correspondent = await plain('Tegata TEST correspondent', dsKey.publicKey, 'digitalSignature', 'nonRepudiation');
  const newIaca = await buildIaca({ signer: newIacaKey, ...base });
  const newDs = await buildDocumentSigner({
    issuer: { certificate: newIaca, signer: newIacaKey },
    publicKey: dsKey.publicKey,
    ...base,
  });
  const readerRoot = await buildReaderRoot({ signer: readerRootKey, ...base });
  const readerIssuer = { certificate: readerRoot, signer: readerRootKey };
  const reader = await buildReaderAuth({ issuer: readerIssuer, publicKey: readerKey.publicKey, ...base });
  const vical = await buildVicalSigner({ issuer: readerIssuer, publicKey: vicalKey.publicKey, ...base });
  return {
    status: { der: status, key: statusKey, by: iacaKey },
    link: { der: link, key: newIacaKey, by: iacaKey },
    newIaca: { der: newIaca, key: newIacaKey, by: newIacaKey },
    newDs: { der: newDs, key: dsKey, by: newIacaKey },
    readerRoot: { der: readerRoot, key: readerRootKey, by: readerRootKey },
    reader: { der: reader, key: readerKey, by: readerRootKey },
    vical: { der: vical, key: vicalKey, by: readerRootKey },
    signCa: { der: signCa, key: caKey, by: caKey },
    authCa: { der: authCa, key: caKey, by: caKey },
    sign: { der: sign, key: holderKey, by: caKey },
    phoneSign: { der: phoneSign, key: holderKey, by: caKey },
    phoneAuth: { der: phoneAuth, key: holderKey, by: caKey },
    lister: { der: lister, key: listKey, by: caKey },
    correspondent: { der: correspondent, key: dsKey, by: caKey },
    auth: { der: auth, key: holderKey, by: caKey },
    responder: { der: responder, key: responderKey, by: caKey },
    iaca: { der: iaca, key: iacaKey, by: iacaKey },
    ds: { der: ds, key: dsKey, by: iacaKey },
    root: { der: root, key: rootKey, by: rootKey },
    attester: { der: attester, key: attesterKey, by: rootKey },
  } satisfies Record<string, Link>;
}
