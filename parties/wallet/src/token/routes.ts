import { pairSecret } from '@tegata/http';
import type { Random } from '@tegata/random';
import { Hono } from 'hono';
import { z } from 'zod';
import { WalletError } from '../error.ts';
import { readJson } from '../read-json.ts';
import type { SecureElement } from '../secure-element/secure-element.ts';
import { changePin } from './change-pin.ts';
import type { TokenInField } from './hold-token.ts';
import type { PinReset } from './reset-pins.ts';
import { tokenChip } from './token-chip.ts';
import { checkedAuthPin, checkedSignaturePassword } from './token-pins.ts';
import type { AskStanding } from './token-status.ts';
import type { TokenStore } from './token-store.ts';
import { tokenView } from './token-view.ts';

const pin = z.string().max(64);
const bodies = {
  hold: z.strictObject({ reader: z.string().regex(/^127\.0\.0\.1:[0-9]{1,5}$/), pin }),
  change: z.strictObject({ which: z.enum(['auth', 'signature']), old: pin, new: pin }),
  reset: z
    .strictObject({
      permission: z.string().regex(/^[\w-]{43}$/),
      authPin: pin.optional(),
      signaturePassword: pin.optional(),
    })
    .refine(({ authPin, signaturePassword }) => authPin !== undefined || signaturePassword !== undefined),
};

/** The routes of the phone's e-certificates: for the screens, and for the applicant's app when PINs are reset. */
export function tokenRoutes(options: {
  readonly secrets: { readonly applicantApp: string; readonly screens: string };
  readonly tokens: TokenStore;
  readonly element: SecureElement;
  readonly standing: AskStanding;
  readonly field: TokenInField;
  readonly reset: PinReset;
  readonly random: Random;
}): Hono {
  const { tokens, element, field } = options;
  const fromApp = pairSecret(options.secrets.applicantApp);
  const fromScreens = pairSecret(options.secrets.screens);
  const app = new Hono();
  const inUse = () => {
    const token = tokens.active();
    if (!token) throw new WalletError('no-certificates', 'There are no certificates on this phone.');
    return token;
  };

  app.get('/certificates', fromScreens, async (c) => c.json({ ...(await tokenView(options)), held: field.held }));

  // The phone's PIN stands for the face or the finger that opens the keys (card.md §14).
  app.post('/certificates/hold', fromScreens, async (c) => {
    const { reader, pin: digits } = await readJson(c, bodies.hold);
    const token = inUse();
    element.authorize(digits);
    await field.hold(tokenChip(options, token), Number(reader.slice(reader.indexOf(':') + 1)));
    return c.json({ reader });
  });

  app.post('/certificates/remove', fromScreens, async (c) => {
    const { held } = field;
    await field.remove();
    return c.json({ removed: held });
  });

  app.post('/certificates/pin', fromScreens, async (c) => {
    const { which, old, new: next } = await readJson(c, bodies.change);
    const checked = which === 'auth' ? checkedAuthPin : checkedSignaturePassword;
    const pins = { old: which === 'auth' ? old : old.toUpperCase(), new: checked(next) };
    changePin(tokenChip(options, inUse()), which, pins);
    return c.body(null, 204);
  });

  app.post('/certificates/pin-resets', fromApp, (c) => c.json(options.reset.begin(), 201));

  app.put('/certificates/pins', fromApp, async (c) => {
    const { permission, authPin, signaturePassword } = await readJson(c, bodies.reset);
    options.reset.finish(permission, {
      ...(authPin === undefined ? {} : { authPin: checkedAuthPin(authPin) }),
      ...(signaturePassword === undefined ? {} : { signaturePassword: checkedSignaturePassword(signaturePassword) }),
    });
    // Whoever holds the phone to a reader with the old PIN verified starts anew.
    await field.remove();
    return c.body(null, 204);
  });

  return app;
}
