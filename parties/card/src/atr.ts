/** The ATR that a contact reader gets from a real card; a contactless one invents its own (card.md §1). */
export const CARD_ATR = Uint8Array.from([0x3b, 0xe0, 0x00, 0xff, 0x81, 0x31, 0xfe, 0x45, 0x14]);
