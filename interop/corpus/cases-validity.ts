import { type CborMap, DateTime } from '@tegata/cbor';
import { AT, days, makeSigner, seconds } from './authority.ts';
import { type Case, type CaseText, fails, issuedCase, responseCase, root } from './case.ts';
import { info } from './mso-change.ts';

/** The bounds of validity, to the second, and dates that are none. */
export const validityCases = (): Case[] => {
  const at = (date: Date) => DateTime.from(date);
  const text = (id: string, title: string, code: string | undefined, more: Partial<CaseText> = {}): CaseText => ({
    id: code === undefined ? `valid-${id}` : `validity-${id}`,
    title,
    clause: 'ISO/IEC 18013-5 §9.3.1',
    expect: code === undefined ? 'valid' : fails('validity', code),
    pitfalls: [2],
    ...more,
  });
  const all = (signed: Date, validFrom: Date) => (map: CborMap) => {
    info('signed', at(signed))(map);
    info('validFrom', at(validFrom))(map);
  };
  const exact = { options: { skewSeconds: 0 } };
  const begins = days(-30);
  const ends = days(300);
  const form = (id: string, title: string, value: string, more: Partial<CaseText> = {}) =>
    responseCase(
      text(`form-${id}`, title, 'date-form', { warnings: [fails('mso-structure', 'tdate-form')], ...more }),
      { mso: info('validUntil', new DateTime(value)) },
    );
  return [
    responseCase(text('until-1-second-ahead', 'Valid for one more second', undefined), {
      mso: info('validUntil', at(seconds(1))),
    }),
    responseCase(text('until-now', 'Valid until now', undefined), { mso: info('validUntil', at(AT)) }),
    responseCase(text('until-1-second-ago', 'Valid until a second ago', 'expired'), {
      mso: info('validUntil', at(seconds(-1))),
    }),
    issuedCase(text('issued-expired', 'Expired a second ago, outside of a presentation', 'expired'), {
      mso: info('validUntil', at(seconds(-1))),
    }),
    responseCase(text('from-now', 'Valid from now', undefined, exact), { mso: info('validFrom', at(AT)) }),
    responseCase(
      text('from-1-second-ahead', 'Valid from one second later, with no allowance for clocks', 'not-yet-valid', exact),
      { mso: info('validFrom', at(seconds(1))) },
    ),
    responseCase(text('from-30-seconds-ahead', 'Valid from 30 seconds later, with the usual allowance', undefined), {
      mso: info('validFrom', at(seconds(30))),
    }),
    responseCase(
      text('from-31-seconds-ahead', 'Valid from 31 seconds later, with the usual allowance', 'not-yet-valid'),
      { mso: info('validFrom', at(seconds(31))) },
    ),
    responseCase(text('from-tomorrow', 'Valid from tomorrow', 'not-yet-valid'), {
      mso: info('validFrom', at(days(1))),
    }),
    responseCase(text('signed-now', 'Signed now', undefined, exact), { mso: all(AT, AT) }),
    responseCase(text('signed-30-seconds-ahead', 'Signed 30 seconds ahead, with the usual allowance', undefined), {
      mso: all(seconds(30), seconds(30)),
    }),
    responseCase(text('signed-tomorrow', 'Signed tomorrow, valid since yesterday', 'signed-in-future'), {
      mso: info('signed', at(days(1))),
    }),
    responseCase(text('signed-31-seconds-ahead', 'Signed 31 seconds ahead', 'signed-in-future'), {
      mso: info('signed', at(seconds(31))),
    }),
    responseCase(text('from-before-signed', 'Valid from a second before it was signed', 'valid-before-signed'), {
      mso: info('validFrom', at(new Date(days(-1).getTime() - 1000))),
    }),
    responseCase(text('signed-with-certificate', 'Signed in the first second of the signer’s certificate', undefined), {
      mso: all(begins, begins),
    }),
    responseCase(
      text(
        'signed-before-certificate',
        'Signed a second before the signer’s certificate began',
        'signed-outside-certificate',
      ),
      { mso: all(new Date(begins.getTime() - 1000), begins) },
    ),
    responseCase(
      text(
        'signed-after-certificate',
        'Signed after the signer’s certificate had ended',
        'signed-outside-certificate',
        { also: [fails('issuer-chain', 'validity')] },
      ),
      { issuer: makeSigner(root, 'signer of last week', 'P-256', () => ({ notAfter: days(-2) })) },
    ),
    responseCase(
      text('beyond-certificate', 'Valid beyond the end of the signer’s certificate, as real documents are', undefined),
      { mso: info('validUntil', at(new Date(ends.getTime() + 1000))) },
    ),
    responseCase(text('end-before-beginning', 'Valid until a moment before its beginning', 'expired'), {
      mso: info('validUntil', at(days(-2))),
    }),
    form('month-13', 'An end of validity in month 13', '2027-13-01T00:00:00Z'),
    form('february-30', 'An end of validity on 30 February', '2027-02-30T00:00:00Z'),
    form('words', 'An end of validity in words', 'next year'),
    form('date-alone', 'An end of validity without a time', '2027-01-01'),
    form('no-zone', 'An end of validity without a zone', '2027-01-01T00:00:00'),
    form('long-year', 'An end of validity in the year 10000', '+10000-01-01T00:00:00Z'),
    form('space', 'An end of validity with a space in it', '2027-01-01 00:00:00Z'),
    form('empty', 'An end of validity of no characters', ''),
  ];
};
