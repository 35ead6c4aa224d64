/** A point in pixels, y downwards. */
export type Point = readonly [x: number, y: number];

/** A shape: the distance of a point to its edge, negative inside, and the box outside which it is never looked at. */
export interface Shape {
  readonly distance: (x: number, y: number) => number;
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
}

/** A grey of 0 … 255, the same everywhere or by place. */
export type Tone = number | ((x: number, y: number) => number);

/** How a shape is laid on the canvas. */
export interface Paint {
  readonly tone: Tone;
  /** 0 … 1 (default 1). */
  readonly opacity?: number;
  /** Half the width of the edge in pixels (default 0.6: a sharp edge, anti-aliased). */
  readonly soft?: number;
  /** Only where this shape is. */
  readonly inside?: Shape;
}

/** Greyscale pixels that shapes are painted on. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #tones: Float64Array;

  constructor(width: number, height: number, background: Tone) {
    this.width = width;
    this.height = height;
    this.#tones = new Float64Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) this.#tones[y * width + x] = toneAt(background, x, y);
    }
  }

  paint(shape: Shape, { tone, opacity = 1, soft = 0.6, inside }: Paint): void {
    const [left, top, right, bottom] = shape.box;
    const x1 = Math.min(this.width, Math.ceil(right + soft) + 1);
    const y1 = Math.min(this.height, Math.ceil(bottom + soft) + 1);
    for (let y = Math.max(0, Math.floor(top - soft)); y < y1; y++) {
      for (let x = Math.max(0, Math.floor(left - soft)); x < x1; x++) {
        let cover = coverage(shape.distance(x + 0.5, y + 0.5), soft) * opacity;
        if (cover > 0 && inside) cover *= coverage(inside.distance(x + 0.5, y + 0.5), 0.6);
        if (cover <= 0) continue;
        const at = y * this.width + x;
        this.#tones[at]! += (toneAt(tone, x, y) - this.#tones[at]!) * cover;
      }
    }
  }

  /** 8-bit pixels, row by row. */
  pixels(): Uint8Array {
    return Uint8Array.from(this.#tones, (tone) => Math.max(0, Math.min(255, Math.round(tone))));
  }
}

function toneAt(tone: Tone, x: number, y: number): number {
  return typeof tone === 'number' ? tone : tone(x, y);
}

function coverage(distance: number, soft: number): number {
  const t = Math.max(0, Math.min(1, (soft - distance) / (2 * soft)));
  return t * t * (3 - 2 * t);
}

/** An ellipse. */
export function ellipse(cx: number, cy: number, rx: number, ry: number): Shape {
  const distance = (x: number, y: number) => {
    const dx = (x - cx) / rx;
    const dy = (y - cy) / ry;
    const k = Math.hypot(dx, dy);
    // First-order distance: the implicit function over the length of its gradient.
    const gradient = Math.hypot(dx / rx, dy / ry) || 1e-9;
    return (k * (k - 1)) / gradient;
  };
  return { distance, box: [cx - rx, cy - ry, cx + rx, cy + ry] };
}

/** A polygon; crossings decide what is inside. */
export function polygon(points: readonly Point[]): Shape {
  const distance = (x: number, y: number) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
      const [ax, ay] = points[j]!;
      const [bx, by] = points[i]!;
      nearest = Math.min(nearest, toSegment(x, y, ax, ay, bx, by));
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    const d = Math.sqrt(nearest);
    return inside ? -d : d;
  };
  return { distance, box: boxOf(points, 0) };
}

/** A closed smooth curve through the points (Catmull–Rom). */
export function blob(points: readonly Point[]): Shape {
  return polygon(smooth(points, true));
}

/** A line through the points, `width` wide with round ends; `taper` narrows it towards both ends. */
export function stroke(points: readonly Point[], width: number, taper = 0): Shape {
  const distance = (x: number, y: number) => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 1; i < points.length; i++) {
      const [ax, ay] = points[i - 1]!;
      const [bx, by] = points[i]!;
      const along = (i - 0.5) / (points.length - 1);
      const half = (width / 2) * (1 - taper * (2 * along - 1) ** 2);
      best = Math.min(best, Math.sqrt(toSegment(x, y, ax, ay, bx, by)) - half);
    }
    return best;
  };
  return { distance, box: boxOf(points, width / 2 + 1) };
}

/** A smooth open line through the points. */
export function curve(points: readonly Point[], width: number, taper = 0): Shape {
  return stroke(smooth(points, false), width, taper);
}

/** The edge of a shape, `width` wide. */
export function outline(shape: Shape, width: number): Shape {
  const [left, top, right, bottom] = shape.box;
  return {
    distance: (x, y) => Math.abs(shape.distance(x, y)) - width / 2,
    box: [left - width, top - width, right + width, bottom + width],
  };
}

/** What is in the first shape and not in the second. */
export function without(shape: Shape, hole: Shape): Shape {
  return { distance: (x, y) => Math.max(shape.distance(x, y), -hole.distance(x, y)), box: shape.box };
}

/** The same shape on the other side of the vertical line x = `axis`. */
export function mirrored(shape: Shape, axis: number): Shape {
  const [left, top, right, bottom] = shape.box;
  return {
    distance: (x, y) => shape.distance(2 * axis - x, y),
    box: [2 * axis - right, top, 2 * axis - left, bottom],
  };
}

function smooth(points: readonly Point[], closed: boolean): Point[] {
  const n = points.length;
  const at = (i: number) => points[closed ? (i + n) % n : Math.max(0, Math.min(n - 1, i))]!;
  const out: Point[] = [];
  const steps = 8;
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let s = 0; s < steps; s++) {
      const t = s / steps;
      const mix = (a: number, b: number, c: number, d: number) =>
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
      out.push([mix(p0[0], p1[0], p2[0], p3[0]), mix(p0[1], p1[1], p2[1], p3[1])]);
    }
  }
  if (!closed) out.push(at(n - 1));
  return out;
}

function toSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  const ex = x - ax - t * dx;
  const ey = y - ay - t * dy;
  return ex * ex + ey * ey;
}

function boxOf(points: readonly Point[], margin: number): [number, number, number, number] {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs) - margin, Math.min(...ys) - margin, Math.max(...xs) + margin, Math.max(...ys) + margin];
}
