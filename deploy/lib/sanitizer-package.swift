// swift-tools-version:6.2
// PostgresClient alone, for its tests under a sanitizer (deploy/test).
import PackageDescription

let package = Package(
    name: "sanitized",
    dependencies: [.package(url: "https://github.com/apple/swift-log", from: "1.16.2")],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq"),
        .systemLibrary(name: "CEpoll"),
        .target(name: "PostgresClient", dependencies: ["CLibPQ", "CEpoll", .product(name: "Logging", package: "swift-log")]),
        .testTarget(name: "PostgresClientTests", dependencies: ["PostgresClient"]),
    ],
    swiftLanguageModes: [.v6]
)
