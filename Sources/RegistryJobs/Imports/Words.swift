import RegistryDomain

/// The domain's words as files have them, in Chinese or in English; keys in lower case.
enum FileWords {
    static let kinds: [String: EmployerKind] = [
        "publicinstitution": .publicInstitution, "事业单位": .publicInstitution, "事业": .publicInstitution,
        "enterprise": .enterprise, "企业": .enterprise,
        "nonpublicorganization": .nonPublicOrganization, "非公经济组织": .nonPublicOrganization,
        "非公有制经济组织": .nonPublicOrganization,
        "非公": .nonPublicOrganization,
    ]

    static let levels: [String: EmployerLevel] = [
        "city": .city, "市级": .city, "市": .city, "市属": .city, "市级部门所属": .city,
        "county": .county, "县级": .county, "县(区)": .county, "县（区）": .county, "县区": .county, "区县": .county, "区级": .county,
        "县(区)级": .county, "县（区）级": .county, "县": .county, "区": .county,
        "zone": .zone, "飞地园区": .zone, "经开区": .zone, "飞地园区(经开区)": .zone, "飞地园区（经开区）": .zone, "园区": .zone,
    ]

    static let modes: [String: Mode] = [
        "online": .online, "网络": .online, "网络在线学习": .online, "网络学习": .online, "网络在线": .online, "在线学习": .online,
        "线上": .online,
        "facetoface": .faceToFace, "面授": .faceToFace, "集中面授": .faceToFace, "集中面授培训": .faceToFace, "面授培训": .faceToFace,
    ]

    static let genders: [String: String] = [
        "male": "male", "男": "male", "m": "male", "female": "female", "女": "female", "f": "female",
    ]
}
