import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parties, stepNumbers } from '../api/answers.ts';
import { type Box, layoutFor, linkBetween } from './layout.ts';

const widths = [280, 320, 358, 480, 620, 779, 780, 828, 964, 1200];
const apart = (a: Box, b: Box): boolean => a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;

for (const width of widths) {
  test(`at ${width} px no box leaves the figure or touches another, and each is wide enough for its name`, () => {
    const { boxes, height } = layoutFor(width);
    for (const [index, party] of parties.entries()) {
      const box = boxes[party];
      assert.ok(box.x >= 0 && box.x + box.w <= width + 0.01 && box.y >= 0 && box.y + box.h <= height, party);
      assert.ok(box.w >= 64, `${party} is ${box.w} wide`);
      for (const other of parties.slice(index + 1)) assert.ok(apart(box, boxes[other]), `${party} touches ${other}`);
    }
  });

  test(`at ${width} px the targets of two steps never overlap (32 px each, WCAG 2.5.8)`, () => {
    const { badges } = layoutFor(width);
    for (const a of stepNumbers)
      for (const b of stepNumbers)
        if (a < b) {
          const distance = Math.hypot(badges[a].x - badges[b].x, badges[a].y - badges[b].y);
          assert.ok(distance >= 32, `${a} and ${b} are ${distance} apart`);
        }
  });
}

test('an answer travels the link of its question backwards, and parties that never meet have no link', () => {
  assert.deepEqual(linkBetween('smp', 'iaca'), { link: 'smp-iaca', backwards: false });
  assert.deepEqual(linkBetween('iaca', 'smp'), { link: 'smp-iaca', backwards: true });
  assert.equal(linkBetween('card', 'iaca'), undefined);
});
