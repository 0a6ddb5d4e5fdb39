import Testing

@testable import PostgresClient

@Suite("What kind of command a statement is")
struct CommandTests {
    @Test(arguments: [
        ("select 1", "SELECT"), ("  \n\tINSERT INTO t VALUES (1)", "INSERT"),
        ("-- first\nUPDATE t SET a = 1", "UPDATE"),
        ("/* a /* nested */ comment */ DELETE FROM t", "DELETE"), ("(SELECT 1) UNION (SELECT 2)", "SELECT"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "WITH"), ("", ""), ("/* never closed", ""), ("--", ""), ("1", ""),
    ])
    func itIsTheFirstWordPastBlanksAndComments(_ sql: String, _ word: String) {
        #expect(Statement(sql).command == word)
    }

    @Test func aSpanIsNamedByFewWordsAndItsTextHoldsNoValue() {
        let (one, other): (Statement, Statement) = ("SELECT \("geheim")", "INSERT INTO t VALUES (\(1))")
        #expect(StatementObserver.operation(of: [one]) == "SELECT")
        #expect(StatementObserver.operation(of: [one, one]) == "BATCH SELECT")
        #expect(StatementObserver.operation(of: [one, other]) == "BATCH")
        #expect(StatementObserver.operation(of: []) == "SYNC")
        #expect(one.sql == "SELECT $1")
    }
}
