import { ApplicationError, decodeApplication } from '@tegata/application';
import { type CardFileKind, cardFileSections } from './card-file.ts';
import { APPLICATIONS, efName } from './card-names.ts';
import { coseKeyText } from './cose.ts';
import { hexValue } from './octets.ts';
import { row, type Section, table, type View, within } from './section.ts';
import { jwtSections } from './token.ts';

/** The content of the signed application: what the card's holder has signed, its card files opened. */
export function applicationSections(content: Uint8Array, view: View): Section[] {
  let application: ReturnType<typeof decodeApplication>;
  try {
    application = decodeApplication(content);
  } catch (error) {
    if (!(error instanceof ApplicationError)) throw error;
    return [
      {
        title: 'Application',
        text: `${content.length} bytes`,
        note: `Refused as an application (${error.code}): ${error.message}`,
      },
    ];
  }
  const requests = application.certificateRequests;
  const sections = [
    table(
      'Application',
      [
        row('version', application.version),
        row('session', application.session),
        row('challenge', hexValue(application.challenge, view)),
        row('platform', application.platform),
        row('time', application.time.toISOString().replace('.000Z', 'Z')),
        row('presence proof (内部認証)', hexValue(application.card.presence, view)),
        row('presence proof of the surface AP', hexValue(application.card.surfacePresence, view)),
        ...application.deviceKeys.map((key, index) => row(`device key ${index + 1}`, coseKeyText(key, view))),
        row('response key', coseKeyText(application.responseKey, view)),
        ...(application.want ? [row('wanted', 'the certificates alone')] : []),
        ...(requests
          ? [
              row('request for an authentication certificate', hexValue(requests.auth, view)),
              row('request for a signature certificate', hexValue(requests.sign, view)),
            ]
          : []),
      ],
      { clause: 'formats/application/application.cddl' },
    ),
  ];
  for (const part of ['text', 'surface'] as const) {
    for (const [id, bytes] of Object.entries(application.card[part])) {
      const kind: CardFileKind = { application: part, file: Number(id) };
      const known = APPLICATIONS[part].files[kind.file];
      sections.push(
        ...cardFileSections(
          bytes as Uint8Array,
          kind,
          view,
          `${APPLICATIONS[part].name}, ${efName(kind.file)}: ${known}`,
        ),
      );
    }
  }
  sections.push(...jwtSections(application.keyAttestation, within(view), 'Key attestation'));
  return sections;
}
