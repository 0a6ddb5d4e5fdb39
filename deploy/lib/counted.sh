# What the register computes without a server, as a package of its own, for what counts instructions.
# shellcheck shell=bash

# Builds it in release, out of links into this checkout, and says where it is in COUNTED.
build_counted() {
  local folder="$ROOT/.build-counted/package" name
  mkdir -p "$folder/Sources"
  for name in CLibPQ CEpoll PostgresClient RegistryDomain TransparencyLog RegistryStore; do
    ln -sfn "$ROOT/Sources/$name" "$folder/Sources/$name"
  done
  ln -sfn "$ROOT/deploy/benchmarks/counted-programs/CountedWork" "$folder/Sources/CountedWork"
  cmp -s "$ROOT/deploy/lib/counted-package.swift" "$folder/Package.swift" || cp "$ROOT/deploy/lib/counted-package.swift" "$folder/Package.swift"
  swift build -c release --package-path "$folder" --scratch-path "$ROOT/.build-counted/build" --product CountedWork >&2
  COUNTED="$ROOT/.build-counted/build/release/CountedWork"
  # Debian's valgrind gives up over the form of DWARF that Swift writes; it counts without.
  strip --strip-debug -o "$COUNTED.stripped" "$COUNTED"
  COUNTED="$COUNTED.stripped"
}
