"""Work over the whole register: audit, bulletin, import, beside the best bare statement for the same."""
import json
import random
import time

from turns import Row

# Who owes what, in one pass over each table: what any audit or bulletin must at least read.
OWES = """
WITH standing AS (
    SELECT e.learner_id, e.subject_year, max(e.hours) FILTER (WHERE e.mode = 'online') AS online, sum(e.hours) FILTER (WHERE e.mode = 'faceToFace') AS met
    FROM register_entries e LEFT JOIN reversals r ON r.entry_id = e.id
    WHERE e.recognized_on <= '{day}' AND (r.entry_id IS NULL OR r.reversed_on > '{day}') GROUP BY 1, 2
), posts AS (
    SELECT DISTINCT ON (e.learner_id) e.learner_id, e.employer_id, e.employed_from, e.employed_until FROM employments e
    WHERE e.retracted_at IS NULL AND e.employed_from <= '{day}' ORDER BY e.learner_id, e.employed_from DESC
)
SELECT y.year, o.area, o.level, o.kind, count(*) AS owed,
       count(*) FILTER (WHERE greatest(coalesce(s.online, 0), coalesce(s.met, 0)) >= y.required_hours) AS complete
FROM posts p JOIN employers o ON o.id = p.employer_id CROSS JOIN subject_years y
LEFT JOIN standing s ON s.learner_id = p.learner_id AND s.subject_year = y.year
WHERE extract(year FROM p.employed_from) <= y.year AND (p.employed_until IS NULL OR extract(year FROM p.employed_until) >= y.year)
GROUP BY 1, 2, 3, 4
"""
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


class Wholes:
    def __init__(self, city):
        self.city = city
        self.imported = 0

    def bare(self, day="2018-12-20"): return self.city.seconds(lambda: self.city.psql(OWES.format(day=day)))

    def audit(self, *more):
        return self.city.seconds(lambda: self.city.ceregistry("audit", "--json", *more, allowed=(0, 1)))

    def bulletin(self):
        token = self.city.sign_in("officer-city")
        return self.city.seconds(lambda: self.city.call("GET", "/api/v1/bulletin?asOf=2018-11-30", token=token))

    # An import of new learners, every check made

    def write_file(self, count=None):
        """New learners, as many as there are old ones unless said, born in a year that the demo city does not use."""
        count = count or self.city.asked.learners
        self.imported += 1
        codes = self.city.psql("SELECT credit_code FROM employers WHERE closed_on IS NULL AND merged_into IS NULL").split()
        picked = random.Random(self.imported)
        self.file = self.city.folder / "learners.csv"
        with open(self.file, "w", encoding="utf-8") as out:
            out.write("idNumber,name,gender,employerCreditCode,post,title,professionalSince\n")
            for number in range(count):
                # Place of birth by thousands, day by round: numbers that nobody has.
                serial = number % 1000
                place = 330000 + number // 1000 % 1000
                body = f"{place}19{50 + self.imported:02d}{1 + number // 1000000 % 12:02d}0{self.imported % 9 + 1}{serial:03d}"
                check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS)) % 11]
                out.write(f"{body}{check},测试员,{'male' if serial % 2 else 'female'},{picked.choice(codes)},工程师,工程师,2010-07-01\n")

    def import_(self):
        spent = self.city.seconds(lambda: self.city.ceregistry("import", "learners", self.file, "--as", "officer-city", "--json"))
        self.city.psql("VACUUM ANALYZE learners")
        return spent

    def copy(self):
        """psql's own copying of the same file into one bare table, which has for each line the indexes that an imported learner has in
        `learners`, `learner_id_numbers` and `employments`."""
        self.city.psql("""
            DROP TABLE IF EXISTS bench_learners;
            CREATE TABLE bench_learners (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), id_number text NOT NULL UNIQUE, name text NOT NULL, gender text,
                employer_credit_code text NOT NULL, post text, title text, professional_since date, employment_id uuid UNIQUE DEFAULT gen_random_uuid());
            CREATE INDEX ON bench_learners USING gin (name gin_trgm_ops);
            CREATE INDEX ON bench_learners (name, substr(id_number, 7, 8));
            CREATE INDEX ON bench_learners (name text_pattern_ops, id);
            CREATE INDEX ON bench_learners (title, id);
            CREATE INDEX ON bench_learners (employer_credit_code, id);
            CREATE UNIQUE INDEX ON bench_learners (id_number);
            CREATE INDEX ON bench_learners (id);
            CREATE INDEX ON bench_learners (id);
            CREATE INDEX ON bench_learners (employer_credit_code);
            ALTER TABLE bench_learners ADD EXCLUDE USING gist (id WITH =, daterange(professional_since, NULL, '[]') WITH &&);
        """)
        columns = "id_number, name, gender, employer_credit_code, post, title, professional_since"
        spent = self.city.seconds(lambda: self.city.psql(f"\\copy bench_learners ({columns}) FROM '{self.file}' CSV HEADER"))
        self.city.psql("DROP TABLE bench_learners")
        return spent

    def rows(self):
        return [Row("full audit, against the best bare statement of who owes what", lambda: self.audit("--full"), self.bare, at_most=2, is_long=True),
                Row("audit with nothing changed, against the same", self.audit, self.bare, is_long=True),
                Row("bulletin as of a day by HTTP, against the same aggregate", self.bulletin, lambda: self.bare("2018-11-30"), at_most=1.5)]

    def importing(self):
        return [Row("import of as many new learners, against psql \\copy", self.import_, self.copy, at_most=1.7, before=self.write_file, is_long=True)]
