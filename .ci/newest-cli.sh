#!/usr/bin/env bash
# Tells whether there is a newer Claude Code CLI than the pinned one, and runs the real-cli tests on it: red means that the
# next update of the pin needs work. Where the pin is the newest, .ci/run has tried it.
set -euo pipefail
cd "$(dirname "$0")/.."

newest=$(npm view @anthropic-ai/claude-code version)
pinned=$(sed -n 's/^version="${1:-\(.*\)}"$/\1/p' .ci/claude-cli.sh)
echo "newest CLI: $newest; pinned: $pinned"
if [ "$newest" = "$pinned" ]; then
    echo 'nothing newer than the pin'
    exit
fi
cli=$(.ci/claude-cli.sh "$newest")
mvn -B -ntp -q -Dquick -DskipTests package
mvn -B -ntp -Preal-cli "-Dclaude.cli=$cli" toolchains:select-jdk-toolchain@default failsafe:integration-test failsafe:verify
echo "CLI $newest passes; to pin it:"
git grep -lF "$pinned" -- .ci README.md docs Dockerfile.jvm Dockerfile.native src/main/docker
