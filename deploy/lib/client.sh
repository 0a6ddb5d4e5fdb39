# PostgresClient as a package of its own, for what needs only it.
# shellcheck shell=bash

# Makes the package in a folder, out of links into this checkout.
client_package() {
  local folder=$1
  mkdir -p "$folder/Sources" "$folder/Tests"
  ln -sfn "$ROOT/Sources/CLibPQ" "$folder/Sources/CLibPQ"
  ln -sfn "$ROOT/Sources/CEpoll" "$folder/Sources/CEpoll"
  ln -sfn "$ROOT/Sources/PostgresClient" "$folder/Sources/PostgresClient"
  ln -sfn "$ROOT/deploy/benchmarks/client-programs/ClientBench" "$folder/Sources/ClientBench"
  ln -sfn "$ROOT/deploy/benchmarks/client-programs/ReadinessBench" "$folder/Sources/ReadinessBench"
  ln -sfn "$ROOT/deploy/benchmarks/client-programs/ClientSoak" "$folder/Sources/ClientSoak"
  ln -sfn "$ROOT/Tests/PostgresClientTests" "$folder/Tests/PostgresClientTests"
  cmp -s "$ROOT/deploy/lib/client-package.swift" "$folder/Package.swift" || cp "$ROOT/deploy/lib/client-package.swift" "$folder/Package.swift"
}

# Builds one of its programs, and says where it is in CLIENT_BUILT.
build_client() {
  local configuration=$1 product=$2
  client_package "$ROOT/.build-client/package"
  swift build -c "$configuration" --package-path "$ROOT/.build-client/package" --scratch-path "$ROOT/.build-client/build" --product "$product" >&2
  # shellcheck disable=SC2034 # read by those who source this
  CLIENT_BUILT="$ROOT/.build-client/build/$configuration"
}
