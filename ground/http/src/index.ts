/**
 * HTTP between parties: servers on loopback that refuse strangers, and a client with limits.
 * @module
 */
export { HttpError, type HttpErrorCode } from './error.ts';
export { pairSecret, readBody } from './guards.ts';
export type { OpenAnswer, OpenRequest, OpenRoute } from './open-route.ts';
export { type Peer, type PeerAnswer, type PeerOptions, type PeerRequest, peer } from './peer.ts';
export { type Running, type ServeOptions, serve } from './serve.ts';
