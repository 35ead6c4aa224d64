/**
 * What a relying party installs to accept the card's and the phone's e-certificates.
 * @module
 */
export {};
