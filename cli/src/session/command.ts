import { createPublicKey, type KeyObject } from 'node:crypto';
import { CborError } from '@tegata/cbor';
import { CoseError } from '@tegata/cose';
import {
  MdocError,
  parseDeviceEngagement,
  parseSessionEstablishment,
  sessionTranscript,
  sessionTranscriptBytes,
} from '@tegata/mdoc';
import { ArgumentError } from '../verify/argument-error.ts';
import { engagementUsed, readEngagement, readHandover } from '../verify/facts.ts';
import { type GivenFiles, givenFiles } from '../verify/given-file.ts';
import { readPrivateKey } from '../verify/keys.ts';
import type { CommandIo } from '../verify/terminal-io.ts';
import { readSessionOptions, SESSION_USAGE, type SessionOptions } from './options.ts';
import { type OpenedMessage, openRecordedSession, type RecordedSession } from './recorded-session.ts';
import { renderSession, type SessionReport, sessionJson } from './render.ts';

/**
 * `tegata session`.
 * @returns the exit code: 0 every message was opened, 1 one could not be, 2 the arguments cannot be used; it never throws
 */
export async function sessionCommand(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const options = readSessionOptions(args);
    if (options === 'help') {
      await io.write(SESSION_USAGE);
      return 0;
    }
    const report = open(options, givenFiles(io.readStdin));
    await io.write(options.json ? `${JSON.stringify(sessionJson(report))}\n` : renderSession(report, options.unmask));
    return report.error ? 1 : 0;
  } catch (error) {
    const { code, message } = words(error);
    if (args.includes('--json')) {
      await io.write(`${JSON.stringify({ opened: false, messages: [], error: { code, message } })}\n`);
    }
    io.writeError(`${code}: ${message}\n${code === 'usage' ? `\n${SESSION_USAGE}` : ''}`);
    return error instanceof ArgumentError ? 2 : 1;
  }
}

/** An error that is not one of ours is a fault of this program, and is not quoted. */
function words(error: unknown): { code: string; message: string } {
  const known =
    error instanceof ArgumentError ||
    error instanceof MdocError ||
    error instanceof CborError ||
    error instanceof CoseError;
  if (known) return { code: error.code, message: error.message };
  return { code: 'internal-fault', message: 'The session could not be opened because of a fault of this program.' };
}

function open(options: SessionOptions, files: GivenFiles): SessionReport {
  const recording = read(options, files);
  const messages: OpenedMessage[] = [];
  const transcript = sessionTranscriptBytes(recording.transcript);
  try {
    for (const message of openRecordedSession(recording)) messages.push(message);
    return { transcript, messages };
  } catch (error) {
    if (!(error instanceof MdocError)) throw error;
    const { code } = error;
    const which = messages.length === 0 ? 'SessionEstablishment' : `SessionData ${messages.length}`;
    return { transcript, messages, error: { code, message: `${which}: ${error.message}`, index: messages.length } };
  }
}

function read(options: SessionOptions, files: GivenFiles): RecordedSession {
  const establishment = files.read('establishment', options.establishment).bytes;
  const { eReaderKey, eReaderKeyBytes } = parseSessionEstablishment(establishment);
  const handover = options.handover === undefined ? null : readHandover(files, options.handover);
  const [handoverSelect] = Array.isArray(handover) ? handover : [];
  const given = readEngagement(files, options.engagement);
  const used = engagementUsed(given, handoverSelect instanceof Uint8Array ? handoverSelect : undefined);
  const engagement = parseDeviceEngagement(used ?? given);
  const ofDevice = options.deviceKey !== undefined;
  const privateKey = ofDevice
    ? readPrivateKey(files, 'device-key', options.deviceKey as string)
    : readPrivateKey(files, 'reader-key', options.readerKey as string);
  checkKey(privateKey, ofDevice ? engagement.eDeviceKey : eReaderKey, ofDevice);
  return {
    establishment,
    data: options.data.map((given) => files.read('data', given).bytes),
    transcript: sessionTranscript(engagement.encoded, eReaderKeyBytes, handover),
    privateKey,
    peerKey: ofDevice ? eReaderKey : engagement.eDeviceKey,
  };
}

/** With another key nothing would open, and no message would say why. */
function checkKey(privateKey: KeyObject, announced: KeyObject, ofDevice: boolean): void {
  if (createPublicKey(privateKey).equals(announced)) return;
  const [option, place] = ofDevice ? ['device-key', 'engagement'] : ['reader-key', 'SessionEstablishment'];
  const message = `--${option} is not the private half of the key in the ${place}.`;
  throw new MdocError('session-key', message, { rule: 'another-key' });
}
