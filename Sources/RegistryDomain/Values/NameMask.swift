/// A name as a stranger may see it: 张* , 王*明.
public enum NameMask {
    /// The first character stays, the last too where there are three or more.
    public static func masked(_ name: String) -> String {
        let characters = Array(name)
        switch characters.count {
        case 0, 1: return String(repeating: "*", count: characters.count)
        case 2: return "\(characters[0])*"
        default:
            return "\(characters[0])" + String(repeating: "*", count: characters.count - 2)
                + "\(characters[characters.count - 1])"
        }
    }
}
