import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  buildDeviceEngagement,
  buildDeviceRequest,
  buildSessionData,
  buildSessionEstablishment,
  engagementToQr,
  eReaderKeyBytes,
  establishSession,
  httpRetrieval,
  httpRetrievalUri,
  type ItemsRequest,
  parseDeviceEngagement,
  parseSessionData,
  parseSessionEstablishment,
  qrToEngagement,
  sessionTranscriptQr,
} from '@tegata/mdoc';

/** Stands before a true phone as a reader of its own, and keeps the DeviceResponse that it gets. */
export async function stealAnswer(qr: string, request: ItemsRequest): Promise<Uint8Array> {
  const engagement = parseDeviceEngagement(qrToEngagement(qr));
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const readerKey = eReaderKeyBytes(own.publicKey);
  const session = establishSession({
    role: 'reader',
    privateKey: own.privateKey,
    peerKey: engagement.eDeviceKey,
    transcript: sessionTranscriptQr({ deviceEngagementBytes: engagement.encoded, eReaderKeyBytes: readerKey }),
  });
  const data = session.encrypt(buildDeviceRequest(request));
  const body = buildSessionEstablishment({ eReaderKeyBytes: readerKey, data }) as Uint8Array<ArrayBuffer>;
  const answer = await fetch(httpRetrievalUri(engagement) as string, { method: 'POST', body });
  const received = parseSessionData(new Uint8Array(await answer.arrayBuffer())).data;
  if (!received) throw new RangeError('the phone gave nothing that could be stolen');
  return session.decrypt(received);
}

/** A phone that shows a code of its own and answers with what it is given. */
export async function falsePhone(
  response: (transcript: Uint8Array) => Promise<Uint8Array>,
): Promise<{ qr: string; close(): Promise<void> }> {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let engagement: Uint8Array = new Uint8Array(0);
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', async () => {
      const message = parseSessionEstablishment(new Uint8Array(Buffer.concat(parts)));
      const transcript = sessionTranscriptQr({
        deviceEngagementBytes: parseDeviceEngagement(engagement).encoded,
        eReaderKeyBytes: message.eReaderKeyBytes,
      });
      const session = establishSession({
        role: 'device',
        privateKey: own.privateKey,
        peerKey: message.eReaderKey,
        transcript,
      });
      const data = session.encrypt(await response(transcript));
      outgoing.writeHead(200, { 'content-type': 'application/cbor' }).end(buildSessionData({ data, status: 20 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  engagement = buildDeviceEngagement({
    eDeviceKey: createPublicKey(own.privateKey),
    retrievalMethods: [httpRetrieval(`http://127.0.0.1:${port}/sessions/false`)],
  });
  return {
    qr: engagementToQr(engagement),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
