import { type Encodable, encode } from '@tegata/cbor';
import { HEADER, sign1, x5chainHeader } from '@tegata/cose';
import type { Signer } from '@tegata/keys';
import { isSelfSigned, parseCertificate } from '@tegata/x509';
import { type DeviceRequestOptions, type DocRequestOrder, layOutRequest } from '../device-request.ts';
import { MdocError } from '../error.ts';
import { readerAuthenticationAllBytes, readerAuthenticationBytes } from './reader-authentication.ts';

/** Who asks: a key, and the certificates that say whose it is. */
export interface ReaderIdentity {
  readonly signer: Signer;
  /** The reader's certificate first (DER); never the root. */
  readonly certificateChain: readonly Uint8Array[];
}

/** Who signs what of a request. */
export interface SignDeviceRequestOptions extends DeviceRequestOptions {
  /** The bare SessionTranscript of the session in which it is asked. */
  readonly sessionTranscript: Uint8Array;
  /** Signs each document request of its own (readerAuth). */
  readonly reader?: ReaderIdentity;
  /** Sign all document requests together (readerAuthAll, version 1.1): ask the phone's capabilities before. */
  readonly readersOfAll?: readonly ReaderIdentity[];
}

/**
 * Encodes a DeviceRequest whose reader says who it is (ISO/IEC 18013-5 §9.1.4).
 * @throws {MdocError} `request` (rule `root-in-chain` among others), `legal-basis-required`; CoseError for keys that do not sign here
 * @example await signDeviceRequest(order, { sessionTranscript, reader: { signer, certificateChain: [certificate] } })
 */
export async function signDeviceRequest(
  requests: DocRequestOrder | readonly DocRequestOrder[],
  options: SignDeviceRequestOptions,
): Promise<Uint8Array> {
  const { sessionTranscript, reader, readersOfAll = [] } = options;
  const layout = layOutRequest(requests, options);
  const { itemsRequests, deviceRequestInfo } = layout;
  const docRequests: Encodable[] = [];
  for (const itemsRequest of itemsRequests) {
    if (!reader) docRequests.push({ itemsRequest });
    else {
      const readerAuth = await signature(reader, readerAuthenticationBytes(sessionTranscript, itemsRequest));
      docRequests.push({ itemsRequest, readerAuth });
    }
  }
  const readerAuthAll: Encodable[] = [];
  for (const identity of readersOfAll) {
    const payload = readerAuthenticationAllBytes(sessionTranscript, itemsRequests, deviceRequestInfo ?? null);
    readerAuthAll.push(await signature(identity, payload));
  }
  return encode(
    {
      version: readerAuthAll.length > 0 ? '1.1' : layout.version,
      docRequests,
      ...(deviceRequestInfo ? { deviceRequestInfo } : {}),
      ...(readerAuthAll.length > 0 ? { readerAuthAll } : {}),
    },
    { mapOrder: 'given' },
  );
}

function signature({ signer, certificateChain }: ReaderIdentity, payload: Uint8Array) {
  const [, ...others] = certificateChain.map(parseCertificate);
  if (others.some(isSelfSigned)) {
    throw new MdocError('request', 'The chain of a reader goes without its root.', { rule: 'root-in-chain' });
  }
  const unprotectedHeaders = new Map([[HEADER.x5chain, x5chainHeader(certificateChain)]]);
  return sign1({ signer, payload, detached: true, unprotectedHeaders });
}
