// Runs one task, cancels another and reads one refusal, all with the types of the worker's own OpenAPI document.
//
//   node out/client.js http://localhost:3001
import createClient from 'openapi-fetch';
import type { components, paths } from './worker.js';

type Task = components['schemas']['Task'];
type Problem = components['schemas']['HttpProblem'];

const FINAL: ReadonlySet<Task['status']> = new Set(['completed', 'failed', 'cancelled']);

const worker = createClient<paths>({ baseUrl: process.argv[2] ?? 'http://localhost:3001' });

/** A refusal, as the worker told it. */
class Refused extends Error {
    constructor(readonly problem: Problem) {
        super(`${problem.type}: ${problem.detail}`);
    }
}

/** The data of an answer; a refusal is thrown. */
function told<T>(answer: { data?: T; error?: Problem }): T {
    if (answer.error !== undefined) {
        throw new Refused(answer.error);
    }
    if (answer.data === undefined) {
        throw new Error('an answer without a body');
    }
    return answer.data;
}

/** Submits. The key makes it safe to send again: the same request is one task. */
async function submit(prompt: string): Promise<Task> {
    return told(await worker.POST('/run', {
        params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
        body: { prompt, labels: { client: 'typescript' }, metadata: { nested: { list: [1, 2] } } },
    }));
}

/** Asks again and again, each time for less than the time after which a proxy gives up. */
async function end(task: Task): Promise<Task> {
    let now = task;
    while (!FINAL.has(now.status)) {
        now = told(await worker.GET('/tasks/{id}', {
            params: { path: { id: task.taskId }, query: { wait: '30s' } },
        }));
    }
    return now;
}

/** The problem that a request is refused with. */
async function refusal(request: () => Promise<unknown>): Promise<Problem> {
    try {
        await request();
    } catch (e) {
        if (e instanceof Refused) {
            return e.problem;
        }
        throw e;
    }
    throw new Error('it was not refused');
}

const done = await end(await submit('#stub\nprint Hello from a client'));
console.log(`${done.taskId} ${done.status}: exit code ${done.outcome?.exitCode}, ${done.outcome?.durationMs} ms,`
    + ` ${done.progress.outputBytes} bytes, simulated: ${done.simulated}`);

const output = told(await worker.GET('/tasks/{id}/output', {
    params: { path: { id: done.taskId }, query: { format: 'text' } },
    parseAs: 'text',
}));
console.log(output.trimEnd());

const begun = await submit('#stub\nsleep 600000');
told(await worker.POST('/tasks/{id}/cancel', { params: { path: { id: begun.taskId } } }));
const cancelled = await end(begun);
console.log(`${cancelled.taskId} ${cancelled.status}: ${cancelled.outcome?.reason}`);

const listed = told(await worker.GET('/tasks', { params: { query: { status: 'cancelled', limit: 1 } } }));
console.log(`newest that was cancelled: ${listed.tasks[0]?.taskId}`);

const invalid = await refusal(async () => told(await worker.POST('/run', { body: { prompt: 'x', priority: 11 } })));
console.log(`${invalid.status} ${invalid.type}: ${invalid.errors?.map(({ field, message }) => `${field} ${message}`)}`);
