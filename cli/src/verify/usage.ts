/** How to call `tegata verify`. */
export const VERIFY_USAGE = `tegata verify --response FILE TRANSCRIPT --trust FILE…   a DeviceResponse, as a reader received it
tegata verify --issued FILE --trust FILE…                a stored IssuerSigned
tegata verify --batch FILE [defaults]                    JSON lines with these options as keys, and "id"

FILE is a path, - (standard input), hex:…, b64:… or b64u:…. A file may hold raw bytes, hexadecimal or base64(url); certificates, CRLs and
keys also PEM, keys also JWK.

  --trust FILE            root certificates of issuers that you trust; as often as needed
  --trust-signer FILE     document signers that you accept as they are, without a path; --trust takes one for that too
  --crl FILE              CRLs of the roots
  --status-token FILE     status list tokens (CWT)
  --revocation MODE       off: not looked at; soft (default): undetermined is a warning; hard: undetermined fails
  --doctype TYPE          the document type that you asked for
  --requested JSON        {"docType":…,"nameSpaces":{NAMESPACE:{ELEMENT:intentToRetain}}}, an array of these, or {NAMESPACE:[ELEMENT,…]}
  --at TIME               RFC 3339; default now
  --interop               known deviations of real issuers become warnings; what is about security stays
  --reader-key FILE       the reader's ephemeral private key, for a deviceMac and for the transcript
  --device-key FILE       with --issued: the public key that the mdoc must be bound to
  --json                  one JSON object: {valid, documents: [{docType, valid, checks, elements}], error?}

TRANSCRIPT is --transcript FILE (SessionTranscript, bare or in tag 24), or what it is computed from:
  in person     --engagement FILE (or mdoc:…), and --reader-key, --e-reader-key or --establishment FILE;
                NFC: --handover FILE (CBOR [Hs, Hr]), or --handover-select FILE [--handover-request FILE]
  OpenID4VP     --client-id, --response-uri, --nonce; over the Digital Credentials API --origin, --nonce; encrypted: --jwk FILE or
                --jwk-thumbprint HASH
  Annex C       --encryption-info TEXT (as sent), --origin
  Apple in-app  --merchant-id, --team-id, --recipient-key-hash HASH, --nonce hex:…
  old ones      --transcript-type annex-b | annex-b-draft (with --mdoc-generated-nonce) | openid4vp-draft24
--transcript-type NAME says which where it is not clear: qr, nfc, openid4vp, openid4vp-dcapi, annex-c, apple, or one of the old ones.

Exit: 0 everything is valid, 1 something is not, 2 the arguments cannot be used.
`;
