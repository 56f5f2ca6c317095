"""Bodies of any octets."""
import hashlib
import random

from ..suite import case

SIX_MIB = random.Random(6).getrandbits(8 * (6 << 20)).to_bytes(6 << 20, "big")
SUM = hashlib.sha256(SIX_MIB).hexdigest()


@case("any 6 MiB arrive as they were sent", length=6 << 20, sha256=SUM)
def received(place):
    return place.call("POST", "main/received", body=SIX_MIB).json


@case("any 6 MiB come back as they were sent", status=200, sha256=SUM)
def back(place):
    answer = place.call("POST", "main/back", body=SIX_MIB)
    return {"status": answer.status, "sha256": hashlib.sha256(answer.body).hexdigest()}


@case("large bodies at the same time are not mixed up", same=[True] * 4)
def at_once(place):
    bodies = [bytes([number]) * (1 << 20) for number in range(4)]
    answers = place.at_once([("POST", "main/back", (), body) for body in bodies])
    return {"same": [answer.body == body for answer, body in zip(answers, bodies)]}
