// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "ceregistry",
    dependencies: [
        // HTTP server: routing, bodies, graceful shutdown are not ours to write.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Templates of the pages, escaped by default.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        // Subcommands, options, help.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Structured logs; the back end is chosen in one place.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Counters and timers of the pool and its statements; the back end is chosen in one place.
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        // Spans of statements and waits, so that a slow request shows where it waited.
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        // scrypt for passwords, SHA-256 for tokens and checksums.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // Starts and stops the daemon's services in order, on signals too.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Policy files and the configuration file; its nodes know their line.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // Quoting rules of CSV (RFC 4180).
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // epoll(7) and eventfd(2), which the Glibc module leaves out.
        .systemLibrary(name: "CEpoll"),
        // The QR code on a certificate.
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        // gzip of responses: Hummingbird has none of its own in the set of packages to be had.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // XLSX is a zip of XML; libzip opens it, Foundation's XMLParser reads it.
        .systemLibrary(name: "CLibZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        // Writes the bulletin's XLSX.
        .systemLibrary(name: "CLibXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .target(
            name: "PostgresClient",
            dependencies: [
                "CLibPQ", "CEpoll",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict),
        .target(name: "RegistryDomain", swiftSettings: strict),
        // Merkle trees, signed notes and tiles; knows nothing of the register.
        .target(
            name: "TransparencyLog",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "RegistryStore",
            dependencies: [
                "RegistryDomain", "PostgresClient", "TransparencyLog",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "RegistryJobs",
            dependencies: [
                "RegistryDomain", "RegistryStore", "TransparencyLog", "CLibZip", "CLibXlsxWriter",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "SwiftCSV", package: "SwiftCSV"),
            ],
            swiftSettings: strict),
        .target(
            name: "RegistryAPI",
            dependencies: [
                "RegistryDomain", "RegistryStore", "RegistryJobs", "TransparencyLog", "CZlib",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.copy("Resources")],
            swiftSettings: strict),
        .target(
            name: "RegistryConsole",
            dependencies: [
                "RegistryDomain", "RegistryStore",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                "CQREncode",
            ],
            resources: [.copy("Resources")],
            swiftSettings: strict),
        .executableTarget(
            name: "ceregistry",
            dependencies: [
                "RegistryAPI", "RegistryConsole", "RegistryJobs", "RegistryStore", "TransparencyLog",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresClientTests",
            dependencies: [
                "PostgresClient",
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: strict),
        .testTarget(name: "TransparencyLogTests", dependencies: ["TransparencyLog"], swiftSettings: strict),
        .testTarget(
            name: "RegistryDomainTests",
            dependencies: ["RegistryDomain", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .testTarget(
            name: "RegistryStoreTests", dependencies: ["RegistryStore", "RegistryJobs"], swiftSettings: strict),
        .testTarget(
            name: "RegistryConsoleTests", dependencies: ["RegistryConsole", "RegistryDomain"], swiftSettings: strict),
        .testTarget(name: "RegistryAPITests", dependencies: ["RegistryAPI"], swiftSettings: strict),
        .testTarget(
            name: "RegistryJobsTests",
            dependencies: [
                "RegistryJobs", "RegistryStore", "RegistryDomain", "PostgresClient", "TransparencyLog", "CLibZip",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
    ]
)
