// swift-tools-version:6.2
// PostgresClient alone: its tests under a sanitizer, its benchmark and its soak, without building the register.
import PackageDescription

let client: [Target.Dependency] = [
    "PostgresClient", .product(name: "Logging", package: "swift-log"),
]

let package = Package(
    name: "client",
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq"),
        .systemLibrary(name: "CEpoll"),
        .target(
            name: "PostgresClient",
            dependencies: [
                "CLibPQ", "CEpoll",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
        .executableTarget(name: "ClientBench", dependencies: client),
        .executableTarget(name: "ReadinessBench", dependencies: ["CEpoll"]),
        .executableTarget(name: "ClientSoak", dependencies: client),
        .testTarget(
            name: "PostgresClientTests",
            dependencies: client + [
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
