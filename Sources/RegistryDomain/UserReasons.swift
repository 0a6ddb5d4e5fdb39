/// What is refused about accounts and their passwords (A1, A2).
extension Reason {
    public static let ownAccount = of(
        nil, "ownAccount", "不能停用自己的账号，请由另一名管理员办理。",
        "Nobody disables their own account; another administrator does.")
    public static let roleAndAuthority = of(
        .A2, "roleAndAuthority", "角色与机构不符：县区经办、市局经办、基地经办和窗口各属其机构，其他角色不属任何机构。",
        "Role and authority do not fit: officers and clerks have the authority of their office, other roles have none.")
    public static let roleAndUnit = of(
        .A2, "roleAndUnit", "单位管理员须填写所在单位的统一社会信用代码，其他角色不填。",
        "A unit administrator needs the unit's credit code; other roles have no unit.")
    public static let roleAndLearner = of(
        .A1, "roleAndLearner", "学员账号须填写本人的身份证号码。", "A learner's account needs the learner's ID number.")
    public static let usernameNotPlain = of(
        .A1, "usernameNotPlain", "用户名由2至64个字母、数字、句点、下划线或连字符组成，以字母或数字开头。",
        "A username has 2 to 64 letters, digits, dots, underscores or dashes, and begins with a letter or digit.")
    public static let personUnnamed = of(
        nil, "personUnnamed", "请填写使用人的姓名：登记上署名的是人，不是系统。",
        "Say the person's name: what is done on the register is done by a person.")
}
