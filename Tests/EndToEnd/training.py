"""A season of training in short words: what the base, a unit and a learner ask of the API."""
import datetime

from registry import PASSWORD, Registry

PRICE = "雅安市物价局核定（文号待基地备案）"


def half_days(first="2018-07-02", days=3, hours=5, room="A301", teacher="陈老师"):
    day = datetime.date.fromisoformat(first)
    return [{"day": str(day + datetime.timedelta(n)), "part": part, "startsAt": start, "endsAt": end, "hours": hours, "room": room, "teacher": teacher}
            for n in range(days) for part, start, end in (("morning", "08:30", "12:00"), ("afternoon", "14:00", "17:30"))]


class Season:
    """A register with the base at work; learners and units as its tests need them."""

    def __init__(self, clock="2018-06-20T09:00:00+08:00", **environment):
        self.registry = Registry(clock=clock, **environment)
        self.registry.add_bureau_users()
        self.registry.start()
        self.base = self.registry.as_("base")
        self.units = 0

    def close(self): self.registry.close()

    def unit(self, people=3, kind="publicInstitution", level="city", division=None, name=None):
        """An employer with an administrator and some learners."""
        self.units += 1
        employer = self.registry.employer(kind=kind, level=level, division=division, name=name)
        username = f"unit-{self.units}"
        self.registry.add_user(username, "unitAdmin", employer=employer["creditCode"], name=f"管理{self.units}")
        learners = [self.registry.learner(employer, name=f"学员{self.units}之{n}") for n in range(people)]
        return {"employer": employer, "admin": self.registry.as_(username), "username": username, "learners": learners}

    def phone(self, learner, username=None):
        """The learner's own account."""
        username = username or f"learner-{learner['id'][:8]}"
        self.registry.add_user(username, "learner", id_number=learner["idNumber"])
        return self.registry.as_(username)

    def accounts(self, role, people):
        """Accounts of many at once, all with the one password of tests: {username: employer or learner id}."""
        column = "employer_id" if role == "unitAdmin" else "learner_id"
        for username, record in people.items():
            self.registry.sql(f"""INSERT INTO users (username, person_name, password_hash, role, {column})
                                  SELECT %s, %s, (SELECT password_hash FROM users WHERE username = 'base'), %s, %s""", (username, username, role, record))
        return {username: self.registry.as_(username) for username in people}

    def plan(self, unit, year=2018, **fields):
        return unit["admin"].made("/api/v1/trainingPlans", subjectYear=year, **({"fromRoster": True} | fields))

    def accept(self, plan, **fields):
        return self.base.made(f"/api/v1/trainingPlans/{plan['id']}/answers", answer="accept", **fields)

    def session(self, code="2018-M01", places=120, first="2018-07-02", fee=30_000, room="A301", teacher="陈老师", year=2018, **fields):
        return self.base.made("/api/v1/trainingSessions", code=code, subjectYear=year, place="雅安职业技术学院", places=places, feeInFen=fee,
                              priceDocument=PRICE, halfDays=half_days(first, room=room, teacher=teacher), **fields)

    def call(self, session, **fields):
        return self.base.made(f"/api/v1/trainingSessions/{session['id']}/calls", **fields)

    def invitations(self, session, client=None):
        items, cursor = [], None
        while True:
            page = (client or self.base).get("/api/v1/trainingInvitations", params={"session": session["id"], "limit": 200, **({"cursor": cursor} if cursor else {})}).json()
            items += page["items"]
            cursor = page["nextCursor"]
            if not cursor: return items

    def answer(self, invitation, client, answer="willCome", reason=None):
        return client.post(f"/api/v1/trainingInvitations/{invitation['id']}/answers", json={"answer": answer, "reason": reason})

    def list(self, session, client=None):
        return (client or self.base).get(f"/api/v1/trainingSessions/{session['id']}/list").json()["items"]

    def attend(self, session, learners, half_days=None, **fields):
        """Ticked by the base; each half-day seen at its beginning."""
        records = [{"halfDayId": half["id"], "learnerId": learner, "seenAt": f"{half['day']}T{half['startsAt']}:00+08:00"}
                   for half in (half_days or session["halfDays"]) for learner in learners]
        return self.base.made(f"/api/v1/trainingSessions/{session['id']}/attendance", records=records, **fields)

    def assess(self, session, marks):
        return self.base.made(f"/api/v1/trainingSessions/{session['id']}/assessments", results=[{"learnerId": learner, "mark": mark} for learner, mark in marks.items()])

    def preview(self, session): return self.base.get(f"/api/v1/trainingSessions/{session['id']}/recognition").json()

    def recognize(self, session, client=None, **fields):
        return (client or self.base).post(f"/api/v1/trainingSessions/{session['id']}/recognitions", **({"json": fields} if fields else {}))
