/**
 * Commands, responses and data objects of smart cards (ISO/IEC 7816-4), and the wire to a reader (vpcd frames).
 * @module
 */
export { encodeTlv, objectLength, readFileObject, readTlv, readTlvs, type Tlv } from './ber-tlv.ts';
export { type Command, type CommandFields, encodeCommand, parseCommand } from './command.ts';
export { type ConnectCardOptions, connectCard, type HeldCard } from './connect-card.ts';
export { type DigestName, digestInfo, digestInfoSha256, digestInfoThreeSha256 } from './digest-info.ts';
export { ApduError, type ApduErrorCode, type StatusErrorCode } from './error.ts';
export { type CardBudget, limitTransport } from './limit-transport.ts';
export { type CardReader, type CardSession, type ListenForCardOptions, listenForCard } from './listen-for-card.ts';
export { commandName, isSecretCommand, maskCommand } from './mask-command.ts';
export { TraceMask } from './mask-trace.ts';
export { type OpenPcscOptions, openPcsc, type Pcsc, type PcscCardOptions, type PcscReader } from './pcsc.ts';
export { loadPcscMini, PCSC_INSTALL, type PcscMini } from './pcsc-mini.ts';
export { type ReplayedCard, replayTrace } from './replay.ts';
export { encodeResponse, parseResponse, type Response } from './response.ts';
export { encodeSimpleTlv, readSimpleTlv, readSimpleTlvs, type SimpleTlv } from './simple-tlv.ts';
export { expectOk, statusError } from './status-error.ts';
export { describeStatus, SW, triesLeft } from './status-word.ts';
export { type RecordTraceOptions, recordTrace, TRACE_HEADER } from './trace.ts';
export { type TransceiveLimits, transceive } from './transceive.ts';
export { type Chip, type Transport, transportTo } from './transport.ts';
export { type VpcdCard, type VpcdCardOptions, type VpcdState, vpcdCard } from './vpcd.ts';
export { CONTROL, encodeFrame, FrameDecoder } from './vpcd-frame.ts';
