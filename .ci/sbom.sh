#!/usr/bin/env bash
# Writes target/sbom.json: every library that ships with the application, as CycloneDX. Quarkus' own list, since only Quarkus
# knows what it adds by itself. With a built application beside it, each of its jars has to be listed.
set -euo pipefail
cd "$(dirname "$0")/.."

all=$PWD/target/sbom-all.json
version=$(sed -n 's|.*<quarkus.version>\(.*\)</quarkus.version>.*|\1|p' pom.xml)
mkdir -p target
mvn -B -ntp -q "io.quarkus.platform:quarkus-maven-plugin:$version:dependency-sbom" "-Dquarkus.dependency.sbom.output-file=$all"

# What only the build uses is left out, and what differs from run to run.
node - "$all" target/quarkus-app "$(git log -1 --format=%cI)" <<'NODE'
const fs = require('node:fs');
const path = require('node:path');

const [all, application, time] = process.argv.slice(2);
const fail = (message) => {
    console.error(`sbom: ${message}`);
    process.exit(1);
};
const bom = JSON.parse(fs.readFileSync(all, 'utf8'));
if (bom.bomFormat !== 'CycloneDX') fail(`bomFormat is ${bom.bomFormat}`);

const ships = (component) => component.properties?.some((p) => p.name === 'quarkus:component:scope' && p.value === 'runtime');
const order = (key) => (a, b) => (a[key] < b[key] ? -1 : 1);
bom.components = bom.components.filter(ships).sort(order('bom-ref'));
const listed = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((component) => component['bom-ref'])]);
bom.dependencies = bom.dependencies
    .filter((dependency) => listed.has(dependency.ref))
    .map((dependency) => ({ ...dependency, dependsOn: dependency.dependsOn?.filter((ref) => listed.has(ref)).sort() }))
    .sort(order('ref'));
bom.metadata.timestamp = new Date(time).toISOString();
delete bom.serialNumber;

for (const { name, purl, hashes } of bom.components) {
    if (!purl) fail(`${name} has no purl`);
    if (!hashes?.some((hash) => hash.alg === 'SHA-256')) fail(`${name} has no SHA-256`);
}
const jars = new Set(bom.components.flatMap(({ group, name, version }) => [`${group}.${name}-${version}`]));
// lib/{boot,main}/GROUP.NAME-VERSION[-CLASSIFIER].jar
const libraries = path.join(application, 'lib');
const shipped = fs.existsSync(libraries)
    ? fs.readdirSync(libraries, { recursive: true }).filter((file) => file.endsWith('.jar')).map((file) => path.basename(file, '.jar'))
    : [];
const missing = shipped.filter((jar) => !jars.has(jar) && ![...jars].some((known) => jar.startsWith(`${known}-`)));
if (missing.length > 0) fail(`these jars ship and are not in it: ${missing.join(', ')}`);

fs.writeFileSync('target/sbom.json', `${JSON.stringify(bom, null, 2)}\n`);
console.log(`target/sbom.json: ${bom.components.length} components, all of the ${shipped.length} jars that ship among them`);
NODE
