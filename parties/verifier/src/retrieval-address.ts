import { type DeviceEngagement, httpRetrievalUri } from '@tegata/mdoc';

/** Where a phone waits for the reader. */
export interface RetrievalAddress {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly path: string;
}

const LONGEST = 256;
const PATH = /^\/sessions\/[A-Za-z0-9_-]{1,128}$/;

/**
 * The address of the HTTP retrieval method, if it is one that may be called. The QR code is a stranger's, so it must not make this party
 * call whatever it likes: plain HTTP on 127.0.0.1 with a port, the path of a session, no name, no user, no query. The URL that is checked
 * is the parsed one that is called.
 */
export function retrievalAddress(engagement: DeviceEngagement): RetrievalAddress | undefined {
  const uri = httpRetrievalUri(engagement);
  if (uri === undefined || uri.length > LONGEST || !URL.canParse(uri)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(uri);
  const plain = username === '' && password === '' && search === '' && hash === '';
  if (protocol !== 'http:' || hostname !== '127.0.0.1' || port === '' || !plain || !PATH.test(pathname))
    return undefined;
  return { origin: `http://127.0.0.1:${port}`, path: pathname };
}
