"""Numbers and codes with right check digits, and a unique one each time."""
import itertools

_serial = itertools.count(1)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def id_number(place="511823", birth="19850214"):
    serial = next(_serial)
    # Sequence numbers run out after a thousand: the birth year moves on.
    body = f"{place}{int(birth[:4]) - serial // 999 % 40}{birth[4:]}{serial % 999 + 1:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS)) % 11]


def credit_code(prefix="12511800"):
    body = f"{prefix}M{next(_serial):08d}"[:17]
    total, weight = 0, 1
    for character in body:
        total += ALPHABET.index(character) * weight
        weight = weight * 3 % 31
    return body + ALPHABET[(31 - total % 31) % 31]


def record_number():
    return f"SC-{next(_serial):08d}"
