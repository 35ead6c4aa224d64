/** A strip of text on the card's face, in pixels; `type` is the largest height of a character. */
export interface TextImageSize {
  readonly width: number;
  readonly height: number;
  readonly type: number;
}

/** DF25, the name. No size is published: this one is ours. */
export const NAME_IMAGE: TextImageSize = { width: 360, height: 36, type: 24 };
/** DF26, the address. */
export const ADDRESS_IMAGE: TextImageSize = { width: 360, height: 60, type: 20 };
