import RegistryDomain

extension EligibilityDocument: SelfWriting {
    func write(to json: inout JSONBuilder) {
        json.object { json in
            json.key("asOf")
            json.text(asOf.description)
            if let assessedYear {
                json.key("assessedYear")
                json.number(assessedYear)
            }
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
            json.key("outcome")
            json.text(outcome.rawValue)
            if let policy {
                json.key("policy")
                json.policy(policy)
            }
            json.key("purpose")
            json.text(purpose.rawValue)
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
            json.key("en")
            json.text(text.en)
            json.key("zh")
            json.text(text.zh)
        }
    }

    fileprivate mutating func policy(_ policy: PolicyReference) {
        object { json in
            json.key("id")
            json.text(policy.id)
            json.key("number")
            json.text(policy.number)
            json.key("version")
            json.number(policy.version)
        }
    }

    fileprivate mutating func year(_ year: YearAnswer) {
        object { json in
            json.key("creditedHours")
            json.number(year.creditedHours)
            json.key("dueOn")
            json.text(year.dueOn.description)
            json.key("entries")
            json.array(year.entries) { $0.identifier($1) }
            json.key("mode")
            if let mode = year.mode { json.text(mode.rawValue) } else { json.null() }
            json.key("requiredHours")
            json.number(year.requiredHours)
            json.key("status")
            json.text(year.status.rawValue)
            json.key("year")
            json.number(year.year)
        }
    }

    fileprivate mutating func reason(_ reason: ReasonDocument) {
        func optional(_ key: StaticString, _ value: String?, _ json: inout JSONBuilder) {
            guard let value else { return }
            json.key(key)
            json.text(value)
        }
        object { json in
            json.key("code")
            json.text(reason.code)
            optional("expected", reason.expected, &json)
            optional("field", reason.field, &json)
            optional("found", reason.found, &json)
            json.key("message")
            json.text(reason.message)
            json.key("messages")
            json.both(reason.messages)
            optional("rule", reason.rule?.rawValue, &json)
            if let year = reason.subjectYear {
                json.key("subjectYear")
                json.number(year)
            }
        }
    }
}
