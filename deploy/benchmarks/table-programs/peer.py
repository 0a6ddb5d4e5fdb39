"""A peer that does the same work: FastAPI, asyncpg, orjson. The look-up of the caller, the log row, the person's history, the years
judged, the answer of the same form."""
import datetime
import hashlib
import json
import os
import uuid
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import ORJSONResponse

TEMPLATE = json.loads(Path(os.environ["PEER_FOLDER"], "peer.json").read_text())["document"]

# The daemon's own two statements, to the letter of what they do; here each is a round trip, and so are BEGIN and COMMIT.
ENTERING = """
SELECT h.*, set_config('ceregistry.role', CASE WHEN h.role = ANY (string_to_array($2, ' ')) AND NOT h.password_is_one_time THEN h.role ELSE '' END, true),
       set_config('ceregistry.authority', coalesce(h.authority, ''), true), set_config('ceregistry.user_id', h.user_id::text, true),
       set_config('ceregistry.employer_id', coalesce(h.employer_id::text, ''), true),
       set_config('ceregistry.learner_id', coalesce(h.learner_id::text, ''), true)
FROM (SELECT u.id AS user_id, u.username, u.person_name, u.role, u.authority, u.employer_id, u.learner_id, u.password_is_one_time
      FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL) h
"""
READERS = "learner unitAdmin countyOfficer cityOfficer baseOfficer clerk auditor"
HISTORY = "SELECT * FROM read_history($1, NULL, $2, $3)"
YEARS = [(year["year"], year["requiredHours"], datetime.date.fromisoformat(year["dueOn"])) for year in TEMPLATE["years"]]
TODAY = datetime.date.fromisoformat(TEMPLATE["asOf"])


@asynccontextmanager
async def lifespan(app):
    async def ready(connection): await connection.execute("SET ROLE ceregistry_daemon; SET timezone = 'Asia/Shanghai'")
    app.state.pool = await asyncpg.create_pool(os.environ["PEER_DATABASE"], min_size=8, max_size=8, setup=ready)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan, default_response_class=ORJSONResponse)


def judged(year, required, due, employments, entries, excuses):
    standing = [e for e in entries if e["subject_year"] == year and e["recognized_on"] <= TODAY and not (e["reversed_on"] and e["reversed_on"] <= TODAY)]
    online = max((e["hours"] for e in standing if e["mode"] == "online"), default=0)
    met = sum(e["hours"] for e in standing if e["mode"] == "faceToFace")
    hours, mode = (online, "online") if online >= met else (met, "faceToFace")
    owed = any(e["employed_from"] <= TODAY and e["employed_from"].year <= year and (e["employed_until"] is None or e["employed_until"].year >= year)
               for e in employments)
    excused = any(x["subject_year"] == year and x["lifts_duty"] and not x["revoked_on"] for x in excuses)
    status = ("complete" if hours >= required else "notOwed" if not owed else "excused" if excused else "inProgress" if TODAY <= due else "incomplete")
    return {"year": year, "status": status, "requiredHours": required, "creditedHours": min(hours, required), "mode": mode if hours else None,
            "entries": [str(e["id"]) for e in standing], "dueOn": due.isoformat()}


@app.get("/api/v1/learners/{learner}/eligibility")
async def eligibility(learner: uuid.UUID, purpose: str, request: Request):
    token = request.headers["authorization"].removeprefix("Bearer ")
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        caller = await connection.fetchrow(ENTERING, hashlib.sha256(token.encode()).digest(), READERS)
        if caller is None: return ORJSONResponse({"code": "sessionEnded"}, 401)
        facts = await connection.fetch(HISTORY, learner, purpose, str(uuid.uuid4()))
    if not facts: return ORJSONResponse({"code": "learnerUnknown"}, 404)
    if facts[0]["fact"] != "allowed": return ORJSONResponse({"code": "outsideJurisdiction"}, 403)
    employments, entries, excuses = ([fact for fact in facts if fact["fact"] == kind] for kind in ("employment", "entry", "excuse"))
    years = [judged(*terms, employments, entries, excuses) for terms in YEARS]
    outcome = "refused" if any(year["status"] == "incomplete" for year in years) else "accepted"
    return ORJSONResponse({**TEMPLATE, "years": years, "outcome": outcome})
