import RegistryDomain

extension Page: SelfWriting where Item: SelfWriting {
    func write(to json: inout JSONBuilder) {
        json.object { json in
            json.key("items")
            json.array(items) { $1.write(to: &$0) }
            json.field("nextCursor", orNull: nextCursor)
        }
    }
}

extension LearnerSummary: SelfWriting {
    func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("area", area.description)
            if let employer {
                json.key("employer")
                employer.write(to: &json)
            }
            json.field("id", id)
            json.field("idNumberMasked", idNumberMasked)
            json.field("name", name)
            json.field("post", post)
            json.field("title", title)
        }
    }
}

extension EmployerSummary: SelfWriting {
    func write(to json: inout JSONBuilder) {
        json.object { json in
            json.field("creditCode", creditCode)
            json.field("division", division)
            json.field("id", id)
            json.field("kind", kind.rawValue)
            json.field("level", level.rawValue)
            json.field("name", name)
        }
    }
}
