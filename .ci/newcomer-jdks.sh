#!/usr/bin/env bash
# Tries both commands of the README with each way in which a JDK is found. What mvn verify has compiled and packaged is
# used, so nothing is built: one small test runs, and the worker starts only to refuse a PORT, which no wrong JVM could.
#
#   .ci/newcomer-jdks.sh JDK          JDK: the home of a JDK 25 or later
set -euo pipefail
cd "$(dirname "$0")/.."

jdk=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A java that can run nothing of ours, first in the path. Nobody may ask it.
mkdir "$work/wrong"
printf '#!/bin/sh\necho "the java in the path was run: $*"\nexit 1\n' >"$work/wrong/java"
chmod +x "$work/wrong/java"

# The home of a Java that Maven runs on and the worker does not; nothing where this machine has none.
older_java() {
    local candidate major
    for candidate in /usr/lib/jvm/*; do
        major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release" 2>/dev/null || true)
        if [ -x "$candidate/bin/java" ] && [ "${major:-99}" -ge 17 ] && [ "$major" -lt 25 ]; then
            realpath "$candidate"
            return
        fi
    done
}

# works WHAT NAME=VALUE...: both commands do, in this environment.
works() {
    local what=$1
    shift
    env -u JAVA_HOME -u MAVEN_OPTS "$@" PORT=none mvn -o -B -ntp -q -Dquick -Dtest=JnaVersionTest \
        validate surefire:test exec:exec >"$work/out" 2>&1 </dev/null || true
    if ! grep -q 'PORT=none is not allowed' "$work/out"; then
        echo "newcomer-jdks: does not work: $what" >&2
        sed 's/^/    /' "$work/out" >&2
        exit 1
    fi
    echo "works: $what"
}

works 'JAVA_HOME is right, another java is in the path' "JAVA_HOME=$jdk" "PATH=$work/wrong:$PATH"
works 'JAVA_HOME and the java in the path are right' "JAVA_HOME=$jdk" "PATH=$jdk/bin:$PATH"
works 'no JAVA_HOME, the java in the path is right' "PATH=$jdk/bin:$PATH"
older=$(older_java)
if [ -n "$older" ]; then
    # Below a user's home, where Maven looks as it does in /usr/lib/jvm.
    mkdir -p "$work/home/.jdks"
    ln -s "$HOME/.m2" "$work/home/.m2"
    ln -s "$jdk" "$work/home/.jdks/beside"
    works 'JAVA_HOME and path are older, the right JDK lies beside' \
        "JAVA_HOME=$older" "PATH=$older/bin:$PATH" "MAVEN_OPTS=-Duser.home=$work/home"
else
    echo 'not tried: no Java from 17 to 24 is below /usr/lib/jvm'
fi
