import { DateTime, Encoded, encode, FullDate } from '@tegata/cbor';
import { parseCoseKey, parseSign1 } from '@tegata/cose';
import { parseDeviceResponse } from './device-response.ts';
import { CheckList, checkSet } from './inspection/check-list.ts';
import { parseMso } from './mobile-security-object.ts';
import { verified } from './verified-document.ts';

/**
 * One object of each shape that every inspection makes and drops, out of a response that shows nothing of anybody. V8 throws compiled code away
 * when a full collection finds no object alive of the shapes that the code was compiled for, as between two presentations: a verifier would
 * run at a third of its speed after each such collection.
 */
export const keptShapes: readonly unknown[] = (() => {
  const epoch = DateTime.from(new Date(0));
  const mso = {
    version: '1.0',
    digestAlgorithm: 'SHA-256',
    valueDigests: { n: new Map([[0, new Uint8Array(32)]]) },
    deviceKeyInfo: {
      deviceKey: new Map<number, number | Uint8Array>([
        [1, 2],
        [-1, 1],
        [-2, new Uint8Array(32)],
        [-3, new Uint8Array(32)],
      ]),
    },
    docType: 'd',
    validityInfo: { signed: epoch, validFrom: epoch, validUntil: epoch },
  };
  const sign1 = (payload: Uint8Array | null) => [Uint8Array.of(0xa1, 1, 0x26), new Map(), payload, new Uint8Array(64)];
  const values = [true, 'x', new Uint8Array(1), new FullDate('1970-01-01')];
  const items = values.map((elementValue, digestID) =>
    Encoded.of({ digestID, random: new Uint8Array(16), elementIdentifier: 'e', elementValue }),
  );
  const response = parseDeviceResponse(
    encode({
      version: '1.0',
      status: 0,
      documents: [
        {
          docType: 'd',
          issuerSigned: { nameSpaces: { n: items }, issuerAuth: sign1(Encoded.of(mso).bytes) },
          deviceSigned: { nameSpaces: Encoded.of({}), deviceAuth: { deviceSignature: sign1(null) } },
        },
      ],
    }),
  );
  const message = parseSign1(response.documents[0]?.issuerAuth);
  const parsed = parseMso(message.payload ?? new Uint8Array(0));
  const [whole, first] = [new CheckList(), new CheckList(0)];
  const checks = [...whole.finish(checkSet([])), ...first.finish(checkSet([]))];
  const date = new Date(0);
  const document = verified({
    docType: 'd',
    checks,
    validity: { signed: date, validFrom: date, validUntil: date },
    issuerCertificate: new Uint8Array(0),
    shown: new Map(),
    deviceElements: new Map(),
  });
  const report = { result: 'passed', checks, documents: [document] };
  return [response, message, parsed, parseCoseKey(parsed.deviceKey), whole, first, document, report];
})();
