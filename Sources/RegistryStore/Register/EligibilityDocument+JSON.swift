import RegistryDomain

extension EligibilityDocument: SelfWriting {
    func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("asOf", asOf.description)
            json.field("assessedYear", assessedYear)
            json.key("assumptionTexts")
            json.object { json in
                for (name, text) in assumptionTexts.sorted(by: { $0.key < $1.key }) {
                    json.key(named: name)
                    json.both(text)
                }
            }
            json.key("assumptions")
            json.array(assumptions) { $0.text($1.rawValue) }
            json.key("documents")
            json.array(documents) { $0.text($1) }
            json.key("nextSteps")
            json.array(nextSteps) { $0.text($1) }
            json.field("outcome", outcome.rawValue)
            if let policy {
                json.key("policy")
                json.policy(policy)
            }
            json.field("purpose", purpose.rawValue)
            json.key("reasons")
            json.array(reasons) { $0.reason($1) }
            json.key("texts")
            json.object { json in
                json.key("documents")
                json.array(texts.documents) { $0.both($1) }
                json.key("nextSteps")
                json.array(texts.nextSteps) { $0.both($1) }
            }
            json.key("years")
            json.array(years) { $0.year($1) }
        }
    }
}

extension JSONBuilder {
    fileprivate mutating func both(_ text: Text) {
        object { json in
            json.field("en", text.en)
            json.field("zh", text.zh)
        }
    }

    fileprivate mutating func policy(_ policy: PolicyReference) {
        object { json in
            json.field("id", policy.id)
            json.field("number", policy.number)
            json.field("version", policy.version)
        }
    }

    fileprivate mutating func year(_ year: YearAnswer) {
        object { json in
            json.field("creditedHours", year.creditedHours)
            json.field("dueOn", year.dueOn.description)
            json.key("entries")
            json.array(year.entries) { $0.identifier($1) }
            json.field("mode", orNull: year.mode?.rawValue)
            json.field("requiredHours", year.requiredHours)
            json.field("status", year.status.rawValue)
            json.field("year", year.year)
        }
    }

    fileprivate mutating func reason(_ reason: ReasonDocument) {
        object { json in
            json.field("code", reason.code)
            json.field("expected", reason.expected)
            json.field("field", reason.field)
            json.field("found", reason.found)
            json.field("message", reason.message)
            json.key("messages")
            json.both(reason.messages)
            json.field("rule", reason.rule?.rawValue)
            json.field("subjectYear", reason.subjectYear)
        }
    }
}
