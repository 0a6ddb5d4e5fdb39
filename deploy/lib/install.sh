# Installs what is missing, and nothing where nothing is.
# shellcheck shell=bash

SWIFT_VERSION=6.3.1

# Where Debian and PGDG put the server's programs; the newest major of 15 and above.
postgres_bin() {
  local bin
  for bin in /usr/lib/postgresql/*/bin; do
    [ -x "$bin/initdb" ] && [ "$(basename "$(dirname "$bin")")" -ge 15 ] && echo "$bin"
  done | sort -V | tail -n 1
}

postgres_package() {
  local major
  for major in 15 16 17 18; do
    if apt-cache show "postgresql-$major" >/dev/null 2>&1; then echo "postgresql-$major"; return; fi
  done
  fail "no PostgreSQL 15 or later among this system's packages"
}

install_packages() {
  local missing=() package
  for package in libpq-dev libzip-dev libxlsxwriter-dev zlib1g-dev libqrencode-dev pkg-config python3 curl openssl ca-certificates binutils libc6-dev gcc tzdata git weasyprint fonts-noto-cjk fonts-hanazono fonts-lxgw-wenkai fonts-dejavu-core; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ -n "$(postgres_bin)" ] || missing+=(postgresql)
  [ ${#missing[@]} -eq 0 ] && return
  say "installing: ${missing[*]}"
  as_root apt-get update -qq >&2
  if [ -z "$(postgres_bin)" ]; then
    missing=("${missing[@]/postgresql/}" "$(postgres_package)")
    no_cluster_of_its_own
  fi
  # shellcheck disable=SC2068 # an emptied element must vanish
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${missing[@]} >&2
}

# Debian's package would make and start a cluster on 5432; the register has one of its own.
no_cluster_of_its_own() {
  dpkg -s postgresql-common >/dev/null 2>&1 && return
  as_root mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/ceregistry.conf >/dev/null
}

find_swift() {
  local bin
  for bin in "$(dirname "$(command -v swift 2>/dev/null || echo /nowhere/swift)")" /opt/swift/usr/bin \
    "${SWIFTLY_BIN_DIR:-$HOME/.local/share/swiftly/bin}"; do
    if [ -x "$bin/swift" ] && "$bin/swift" --version 2>/dev/null | grep -qE 'Swift version (6\.[3-9]|6\.[1-9][0-9]|[7-9])'; then
      echo "$bin"
      return
    fi
  done
}

# Swift's official installer (swiftly), where there is no Swift of the version needed.
install_swift() {
  local bin folder
  bin=$(find_swift)
  if [ -z "$bin" ]; then
    say "installing Swift $SWIFT_VERSION by swiftly"
    folder=$(mktemp -d)
    curl -fsSL "https://download.swift.org/swiftly/linux/swiftly-$(uname -m).tar.gz" | tar -xz -C "$folder"
    "$folder/swiftly" init --assume-yes --skip-install >&2
    "$HOME/.local/share/swiftly/bin/swiftly" install --assume-yes --use "$SWIFT_VERSION" --post-install-file "$folder/post" >&2
    [ ! -s "$folder/post" ] || as_root bash "$folder/post" >&2
    rm -rf "$folder"
    bin=$(find_swift)
  fi
  [ -n "$bin" ] || fail "Swift $SWIFT_VERSION or later is needed and could not be installed"
  PATH="$bin:$PATH"
  export PATH
}
