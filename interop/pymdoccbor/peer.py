"""Gives the library pymdoccbor a line-by-line wire: one JSON order per line in, one JSON answer per line out. Bytes are hexadecimal."""

import json
import logging
import sys

import cbor2
from cryptography import x509
from pymdoccbor.mdoc.issuer import MdocCborIssuer
from pymdoccbor.mdoc.verifier import MdocCbor

logging.disable(logging.CRITICAL)


def verify(order):
    """A DeviceResponse: certificate, signature and digests of each document."""
    mdoc = MdocCbor()
    mdoc.loads(bytes.fromhex(order["response"]))
    roots = [x509.load_der_x509_certificate(bytes.fromhex(root)) for root in order["roots"]]
    valid = mdoc.verify(trusted_root_certs=roots)
    names = {namespace: sorted(claims) for namespace, claims in mdoc.disclosure_map.items()}
    return {"valid": valid, "documents": len(mdoc.documents), "elements": names}


def issue(order):
    """An mdoc of text and boolean elements; gives the encoded response that holds it."""
    signer = {"KTY": "EC2", "CURVE": "P_256", "ALG": "ES256", "D": bytes.fromhex(order["signer"])}
    device = {"KTY": "EC2", "CURVE": "P_256", "X": bytes.fromhex(order["x"]), "Y": bytes.fromhex(order["y"])}
    issuer = MdocCborIssuer(private_key=signer, alg="ES256")
    issuer.new(
        doctype=order["docType"],
        data=order["elements"],
        validity={"issuance_date": order["from"], "expiry_date": order["until"]},
        devicekeyinfo=device,
        x509_chain=[bytes.fromhex(order["certificate"])],
    )
    response = issuer.dump()
    [document] = cbor2.loads(response)["documents"]
    return {"response": response.hex(), "issuerSigned": cbor2.dumps(document["issuerSigned"], canonical=True).hex()}


ORDERS = {"verify": verify, "issue": issue}

for line in sys.stdin:
    try:
        order = json.loads(line)
        answer = ORDERS[order["do"]](order)
    except Exception as error:  # the other end decides what an error means
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
