# What the register computes without a server, as a package of its own, for what counts instructions.
# shellcheck shell=bash

# Builds it in release, out of links into this checkout, and says where it is in COUNTED.
build_counted() {
  local folder="$ROOT/.build-counted/package" name
  mkdir -p "$folder/Sources"
  for name in CLibPQ CEpoll CLibZip CLibXlsxWriter PostgresClient RegistryDomain TransparencyLog RegistryStore RegistryJobs; do
    ln -sfn "$ROOT/Sources/$name" "$folder/Sources/$name"
  done
  ln -sfn "$ROOT/deploy/benchmarks/counted-programs/CountedWork" "$folder/Sources/CountedWork"
  cmp -s "$ROOT/deploy/lib/counted-package.swift" "$folder/Package.swift" || cp "$ROOT/deploy/lib/counted-package.swift" "$folder/Package.swift"
  swift build -c release --package-path "$folder" --scratch-path "$ROOT/.build-counted/build" --product CountedWork >&2
  # shellcheck disable=SC2034 # read by those who source this
  COUNTED="$ROOT/.build-counted/build/release/CountedWork"
}
