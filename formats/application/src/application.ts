import type { CborMap } from '@tegata/cbor';

/** eContentType of the signed application: our own arc of the examples' arc 2.999. */
export const APPLICATION_CONTENT_TYPE = '2.999.8.5.9.1';

/** The largest content, bytes. */
export const MAX_APPLICATION_BYTES = 98_304;

/** The largest number of device keys. */
export const MAX_DEVICE_KEYS = 64;

/** Sizes in bytes that each file of the card may have, by application and file id. */
export const FILE_LIMITS = {
  text: { 1: 64, 2: 4096, 3: 1024, 4: 1024, 7: 1024 },
  surface: { 2: 32_768, 3: 1024, 4: 1024 },
} as const;

/** Files of the text AP by file id, as stored. */
export type TextFiles = Readonly<Record<keyof (typeof FILE_LIMITS)['text'], Uint8Array>>;
/** Files of the surface AP by file id, as stored. */
export type SurfaceFiles = Readonly<Record<keyof (typeof FILE_LIMITS)['surface'], Uint8Array>>;

/** What the card gave, nothing of it changed. */
export interface CardFiles {
  readonly text: TextFiles;
  readonly surface: SurfaceFiles;
  /** The signature of the text AP's own key over SHA-256(challenge) (内部認証). */
  readonly presence: Uint8Array;
  /** The same of the surface AP: the photo comes from a chip that is there, and not from a recording. */
  readonly surfacePresence: Uint8Array;
}

/** The largest certification request, bytes. */
export const MAX_CERTIFICATE_REQUEST_BYTES = 4_096;

/** The phone's two certification requests (PKCS#10, DER). */
export interface CertificateRequests {
  readonly auth: Uint8Array;
  readonly sign: Uint8Array;
}

/** What the holder of the card signs. `application.cddl` is its form on the wire. */
export interface Application {
  readonly version: 1;
  readonly session: string;
  /** 32 bytes */
  readonly challenge: Uint8Array;
  readonly platform: 'ios' | 'android';
  /** Whole seconds are kept. */
  readonly time: Date;
  readonly card: CardFiles;
  /** COSE_Key maps, P-256. */
  readonly deviceKeys: readonly CborMap[];
  readonly keyAttestation: string;
  /** COSE_Key map, P-256. */
  readonly responseKey: CborMap;
  /** Only the phone's e-certificates, and no card; absent: the card, and the certificates where they are requested. */
  readonly want?: 'certificates';
  readonly certificateRequests?: CertificateRequests;
}
