#!/usr/bin/env bash
# Fills a directory with links to the programs of a fresh machine, to be the whole PATH of mvn verify: those of a JDK,
# Maven, git with its ssh, and a minimal Linux. What the other stages need is not among them, so no test gets used to it.
#
#   .ci/fresh-path.sh DIRECTORY JAVA          JAVA: the program that Maven runs on where there is no JAVA_HOME
set -euo pipefail

directory=$1
java=$2

# Without these neither Maven nor git starts.
needed='bash env git mvn sh basename cat chmod cp cut date dirname echo expr false head id ln ls mkdir mktemp mv pwd
    readlink realpath rm rmdir sed sleep sort stat tail tee test touch tr true uname wc'
# With these more can be tried: ssh is git's, the rest is util-linux' and for tests that run as root.
useful='awk find grep gzip mount nohup setpriv ssh ssh-keygen stty tar umount unshare which'

mkdir -p "$directory"
for name in $needed; do
    ln -sf "$(type -P "$name" || { echo "fresh-path: no $name in the path" >&2; exit 1; })" "$directory/$name"
done
for name in $useful; do
    program=$(type -P "$name" || true)
    [ -z "$program" ] || ln -sf "$program" "$directory/$name"
done
ln -sf "$java" "$directory/java"
