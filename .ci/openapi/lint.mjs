// Lints the OpenAPI document of a build by Redocly's recommended rules; a warning counts as a fault.
//
//   node lint.mjs target/openapi/openapi.json
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.LINT_MODULES, 'index.js'));
const { createConfig, lint } = require('@redocly/openapi-core');

const config = await createConfig({
    extends: ['recommended'],
    rules: {
        // What takes no parameter has nothing that a client could do wrong.
        'operation-4xx-response': 'off',
        // The extension for problems brings one that no answer names.
        'no-unused-components': 'off',
    },
});
const problems = (await lint({ ref: process.argv[2], config })).filter((problem) => !problem.ignored);
for (const { ruleId, severity, message, location } of problems) {
    console.error(`${severity} ${ruleId} at ${location?.[0]?.pointer ?? '#'}: ${message}`);
}
console.log(`${process.argv[2]}: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
