#!/usr/bin/env bash
# Writes target/sbom.json: every library of the application, as CycloneDX. With a built application beside it, each jar
# that ships has to be in it. Two runs of one commit write the same file.
set -euo pipefail
cd "$(dirname "$0")/.."

PLUGIN=org.cyclonedx:cyclonedx-maven-plugin:2.9.1
LIBRARIES=target/quarkus-app/lib

mvn -B -ntp -q "$PLUGIN:makeBom" -DoutputFormat=json -DoutputName=sbom -DschemaVersion=1.6 -DprojectType=application \
    -DincludeBomSerialNumber=false "-Dproject.build.outputTimestamp=$(git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ)"

node - "$LIBRARIES" <<'NODE'
const fs = require('node:fs');
const path = require('node:path');

const fail = (message) => {
    console.error(`sbom: ${message}`);
    process.exit(1);
};
const bom = JSON.parse(fs.readFileSync('target/sbom.json', 'utf8'));
if (bom.bomFormat !== 'CycloneDX') fail(`bomFormat is ${bom.bomFormat}`);

const named = new Map(bom.components.map((c) => [`${c.group}.${c.name}-${c.version}`, c]));
for (const [name, component] of named) {
    if (!component.purl) fail(`${name} has no purl`);
    if (!component.hashes?.some((hash) => hash.alg === 'SHA-256')) fail(`${name} has no SHA-256`);
}
if (bom.components.some((c) => c.name === 'archunit-junit5')) fail('it lists what only the tests use');

// quarkus-app/lib/{boot,main}/GROUP.NAME-VERSION[-CLASSIFIER].jar
const shipped = fs.existsSync(process.argv[2])
    ? fs.readdirSync(process.argv[2], { recursive: true }).filter((file) => file.endsWith('.jar'))
    : [];
const missing = shipped
    .map((file) => path.basename(file, '.jar'))
    .filter((jar) => ![...named.keys()].some((name) => jar === name || jar.startsWith(`${name}-`)));
if (missing.length > 0) fail(`these jars ship and are not in it: ${missing.join(', ')}`);

console.log(`target/sbom.json: ${named.size} components, ${shipped.length} shipped jars, all of them listed`);
NODE
