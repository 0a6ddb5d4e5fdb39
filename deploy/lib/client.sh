# PostgresClient as a package of its own, for what needs only it.
# shellcheck shell=bash

# Makes the package in a folder, out of links into this checkout.
client_package() {
  local folder=$1
  mkdir -p "$folder/Sources" "$folder/Tests"
  ln -sfn "$ROOT/Sources/CLibPQ" "$folder/Sources/CLibPQ"
  ln -sfn "$ROOT/Sources/CEpoll" "$folder/Sources/CEpoll"
  ln -sfn "$ROOT/Sources/PostgresClient" "$folder/Sources/PostgresClient"
  ln -sfn "$ROOT/deploy/bench/client-programs/ClientBench" "$folder/Sources/ClientBench"
  ln -sfn "$ROOT/deploy/bench/client-programs/ReadinessBench" "$folder/Sources/ReadinessBench"
  ln -sfn "$ROOT/Tests/PostgresClientTests" "$folder/Tests/PostgresClientTests"
  cmp -s "$ROOT/deploy/lib/client-package.swift" "$folder/Package.swift" || cp "$ROOT/deploy/lib/client-package.swift" "$folder/Package.swift"
}
