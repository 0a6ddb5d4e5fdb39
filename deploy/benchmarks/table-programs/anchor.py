"""The daemon's own SQL as a script of pgbench: taken from the server's log of one request, so that it is the same to the letter."""
import re


def statements(log):
    """What one connection executed, in order, each with its parameters in place: `execute name: SQL` and its DETAIL line."""
    found = []
    entries = re.split(r"^(?=\d{4}-\d\d-\d\d [\d:.]+ \w+\[\d+\])", log, flags=re.M)
    for entry, after in zip(entries, entries[1:] + [""]):
        match = re.match(r"\S+ \S+ \w+\[\d+\]LOG:  execute [^:]+: (.*)\Z", entry, re.S)
        if not match: continue
        detail = re.match(r"\S+ \S+ \w+\[\d+\]DETAIL:  parameters: (.*)\Z", after, re.S)
        found.append(filled(match.group(1).strip(), detail.group(1) if detail else ""))
    return found


def filled(sql, parameters):
    values = {}
    for number, text, null in re.findall(r"\$(\d+) = (?:'((?:[^']|'')*)'|(NULL))", parameters):
        values[int(number)] = "NULL" if null else f"'{text}'"
    return re.sub(r"\$(\d+)", lambda m: values[int(m.group(1))], sql)


def script(sql, variables=(), setup=""):
    """One script of pgbench: the statements in one pipeline.

    variables: pairs of the text that was in the request and what stands in its place."""
    made = []
    for statement in sql:
        for found, instead in variables: statement = statement.replace(found, instead)
        # A colon before a letter would be a variable of pgbench's.
        made.append(re.sub(r"\s*\n\s*", " ", statement) + ";")
    return setup + "\\startpipeline\n" + "\n".join(made) + "\n\\endpipeline\n"
