import type { KeyObject } from 'node:crypto';
import type { Clock } from '@tegata/clock';
import type { IssuerTrust, StatusToken } from '@tegata/mdoc';
import type { Certificate, CrlChecker } from '@tegata/x509';
import { ArgumentError } from './argument-error.ts';
import type { GivenFiles } from './given-file.ts';
import { readInstant } from './instant.ts';
import { readPrivateKey } from './keys.ts';
import type { VerifyOptions } from './options.ts';
import { Remembered } from './remembered.ts';
import { readWanted, type Wanted } from './requested.ts';
import { readCertificates, readCrls } from './trust.ts';

/** Everything that a verification needs beside the document itself. */
export interface Setting {
  readonly files: GivenFiles;
  readonly options: VerifyOptions;
  readonly trust: IssuerTrust;
  readonly wanted: readonly Wanted[];
  readonly readerKey?: KeyObject;
}

/** Reads the options of verifications one after another, and what many of them share only once. */
export class SettingReader {
  private readonly certificates = new Remembered<readonly Certificate[]>();
  private readonly crls = new Remembered<CrlChecker>();
  private readonly statusTokens = new Remembered<readonly StatusToken[]>();
  private readonly keys = new Remembered<KeyObject>();
  private readonly requests = new Remembered<readonly Wanted[]>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @throws {ArgumentError} */
  read(options: VerifyOptions, files: GivenFiles): Setting {
    const interop = options.interop === true;
    const revocationPolicy = revocationMode(options.revocation);
    const now = readInstant(options.at, this.clock);
    const trustAnchors = this.certificatesOf(files, 'trust', options.trust ?? [], interop);
    const pinned = this.certificatesOf(files, 'trust-signer', options['trust-signer'] ?? [], false);
    if (options.trust === undefined && options['trust-signer'] === undefined) {
      const message = 'Name what you trust: --trust FILE with the issuer’s root (or --trust-signer FILE).';
      throw new ArgumentError('usage', message, { option: 'trust' });
    }
    const crls = this.checkerOf(files, options, trustAnchors, interop);
    const tokens = options['status-token'];
    const { doctype, requested } = options;
    const readerKey = options['reader-key'];
    return {
      files,
      options,
      wanted: this.requests.get(JSON.stringify([doctype, requested]), () => readWanted(doctype, requested)),
      ...(readerKey === undefined
        ? {}
        : { readerKey: this.keys.get(readerKey, () => readPrivateKey(files, 'reader-key', readerKey)) }),
      trust: {
        trustAnchors,
        now,
        profileMode: interop ? 'interop' : 'strict',
        // A document signer among the roots can be no end of a path: who names it means that very certificate.
        pinnedIssuers: [...pinned, ...trustAnchors.filter(isNoCa)].map(({ raw }) => raw),
        revocationPolicy,
        ...(crls ? { crls } : {}),
        ...(tokens ? { statusTokens: this.tokensOf(files, tokens) } : {}),
      },
    };
  }

  private certificatesOf(
    files: GivenFiles,
    option: string,
    given: readonly string[],
    interop: boolean,
  ): readonly Certificate[] {
    const key = JSON.stringify([option, interop, given]);
    return this.certificates.get(key, () => readCertificates(files, option, given, interop));
  }

  private checkerOf(
    files: GivenFiles,
    { crl, trust }: VerifyOptions,
    issuers: readonly Certificate[],
    interop: boolean,
  ): CrlChecker | undefined {
    if (crl === undefined) return undefined;
    return this.crls.get(JSON.stringify([crl, trust, interop]), () => readCrls(files, crl, issuers, interop));
  }

  private tokensOf(files: GivenFiles, given: readonly string[]): readonly StatusToken[] {
    return this.statusTokens.get(JSON.stringify(given), () =>
      given.map((file) => files.read('status-token', file).bytes),
    );
  }
}

const isNoCa = ({ basicConstraints }: Certificate) => basicConstraints?.ca !== true;

function revocationMode(given = 'soft'): 'off' | 'soft' | 'hard' {
  if (given === 'off' || given === 'soft' || given === 'hard') return given;
  throw new ArgumentError('usage', '--revocation is off, soft or hard.', { option: 'revocation' });
}
