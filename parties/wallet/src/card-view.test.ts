import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeGreyscaleJp2 } from '@tegata/jpeg2000';
import { pictureType } from './card-view.ts';
import { testWorld } from './world-for-tests.ts';

describe('the picture of a card', () => {
  it('is known by its first bytes', () => {
    assert.equal(pictureType(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), 'image/jpeg');
    assert.equal(pictureType(Uint8Array.of(0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a)), 'image/jp2');
    assert.equal(pictureType(Uint8Array.of(0xff, 0x4f, 0xff, 0x51)), 'image/j2c');
    assert.equal(pictureType(Uint8Array.of(0xff, 0xd8)), 'application/octet-stream');
    assert.equal(pictureType(new Uint8Array(0)), 'application/octet-stream');
  });

  it('as the chip has it becomes one that a browser shows; one that cannot be read leaves the card shown', async () => {
    const world = await testWorld();
    const shown = async () =>
      (await world.call('screens', 'GET', '/card')).json['card'] as {
        portrait?: string;
        portraitAsIssued: { mediaType: string; base64: string };
        elements: Record<string, unknown>;
      };
    try {
      const picture = await encodeGreyscaleJp2(new Uint8Array(32 * 40).fill(128), 32, 40);
      await world.activate('TG-0001', { portrait: picture });
      const card = await shown();
      assert.match(card.portrait ?? '', /^data:image\/png;base64,iVBOR/);
      assert.deepEqual(card.portraitAsIssued, {
        mediaType: 'image/jp2',
        base64: Buffer.from(picture).toString('base64'),
      });
      await world.activate('TG-0002', { portrait: picture.slice(0, 60) });
      const broken = await shown();
      assert.equal(broken.portrait, undefined);
      assert.equal(broken.elements['full_name_unicode'], '見本　花子');
    } finally {
      await world.close();
    }
  });
});
