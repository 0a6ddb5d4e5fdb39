"""The daemon's own SQL as a script of pgbench: taken from the server's log of one request, so that it is the same to the letter."""
import re


# What the daemon writes by itself every now and then: leaves of what was recorded, that it attends to imports.
BY_ITSELF = ("log_queue", "log_leaves", "log_nodes", "import_jobs")


def statements(log):
    """What was executed, in order, each with its parameters in place: `execute name: SQL` and its DETAIL line. The daemon's own
    transactions that fell in between are left out, and whatever of them began before the log or ends after it."""
    transactions, open_ones = [], {}
    entries = re.split(r"^(?=\d{4}-\d\d-\d\d [\d:.]+ \w+\[\d+\])", log, flags=re.M)
    for entry, after in zip(entries, entries[1:] + [""]):
        match = re.match(r"\S+ \S+ \w+\[(\d+)\]LOG:  execute [^:]+: (.*)\Z", entry, re.S)
        if not match: continue
        connection, sql = match.group(1), match.group(2).strip()
        detail = re.match(r"\S+ \S+ \w+\[\d+\]DETAIL:  parameters: (.*)\Z", after, re.S)
        is_end = sql.startswith(("COMMIT", "ROLLBACK"))
        transaction = open_ones.get(connection)
        if transaction is None and is_end:
            # Begun before the log: so was everything on this connection until here.
            transactions = [one for one in transactions if one["connection"] != connection]
            continue
        if transaction is None: transactions.append(transaction := {"connection": connection, "sql": []})
        transaction["sql"].append(filled(sql, detail.group(1) if detail else ""))
        if sql.startswith("BEGIN"): open_ones[connection] = transaction
        if is_end: open_ones.pop(connection)
    whole = [one["sql"] for one in transactions if not any(one is other for other in open_ones.values())]
    return [sql for transaction in whole if not any(table in sql for table in BY_ITSELF for sql in transaction) for sql in transaction]


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
