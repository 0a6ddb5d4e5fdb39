"""Checks a certificate's signed credential as a stranger would: without the daemon and without its code.

    python credential_check.py CREDENTIAL.json DID.json

W3C Data Integrity, suite `eddsa-jcs-2022`: both the proof's own settings and the document are put into canonical form (RFC 8785),
hashed with SHA-256, and signed with Ed25519. Needs `cryptography` and nothing else."""
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Refused(Exception):
    pass


def base58(text):
    if not text.startswith("z"): raise Refused(f"not base58btc: {text[:8]}…")
    number = 0
    for character in text[1:]: number = number * 58 + ALPHABET.index(character)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def canonical(value):
    """RFC 8785 for strings, whole numbers and truth values; the names of members are all ASCII here, so that code points sort
    as UTF-16 does."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def public_key(did_document, method):
    for known in did_document["verificationMethod"]:
        if known["id"] == method and method in did_document["assertionMethod"]:
            raw = base58(known["publicKeyMultibase"])
            if raw[:2] != b"\xed\x01": raise Refused("not an Ed25519 key")
            return Ed25519PublicKey.from_public_bytes(raw[2:])
    raise Refused(f"the issuer knows no key {method}")


def check(credential, did_document):
    """The subject of the credential; raises Refused where it is not what the issuer signed."""
    document = {name: value for name, value in credential.items() if name != "proof"}
    if len(credential["proof"]) != 1: raise Refused("one proof is expected")
    proof = dict(credential["proof"][0])
    signature = base58(proof.pop("proofValue"))
    if (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) != ("DataIntegrityProof", "eddsa-jcs-2022", "assertionMethod"):
        raise Refused("another kind of proof")
    if proof.get("@context") != document["@context"]: raise Refused("the proof is for another context")
    issuer = document["issuer"]["id"]
    if issuer != did_document["id"] or not proof["verificationMethod"].startswith(issuer + "#"): raise Refused("another issuer")
    hashed = hashlib.sha256(canonical(proof)).digest() + hashlib.sha256(canonical(document)).digest()
    try:
        public_key(did_document, proof["verificationMethod"]).verify(signature, hashed)
    except InvalidSignature:
        raise Refused("changed since it was signed") from None
    return document["credentialSubject"]


if __name__ == "__main__":
    subject = check(*(json.load(open(path)) for path in sys.argv[1:3]))
    print("signed by the issuer; whether it still stands:", json.load(open(sys.argv[1]))["credentialStatus"]["id"])
    print(json.dumps(subject, ensure_ascii=False, indent=2))
