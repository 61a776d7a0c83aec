package org.claudecluster.worker.config;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configures this worker's identity and its limits. */
@ConfigMapping(prefix = "worker")
public interface WorkerConfig {

    /** Part of the worker's id; the rest is new at every start. Absent: the host's name. {@code WORKER_ID}. */
    @TextLength(to = 150)
    Optional<String> id();

    /** What {@code workerId} in a submit may name as well. Absent: the host's name. {@code WORKER_NAME}. */
    @TextLength(to = 200)
    Optional<String> name();

    /** More that {@code workerId} in a submit may name, such as {@code gpu} or a region. */
    @TextLength(from = 1, to = 200)
    Optional<List<String>> labels();

    /** {@code development} or {@code production}; shown, and decides how logs look. {@code NODE_ENV}. */
    @WithDefault("production")
    String environment();

    Slots slots();

    Queue queue();

    Lease lease();

    Affinity affinity();

    Retention retention();

    Task task();

    Workspace workspace();

    Drain drain();

    Limits limits();

    Stop stop();

    Http http();

    /** Configures the bounds of requests. */
    interface Http {
        /** The most connections at once; more are refused with 503, but for probes. Absent: 1,000 more than streams. */
        @WholeNumber(from = 1, to = 1_000_000)
        Optional<Integer> maxConnections();

        /** The most answers of {@code /output} and {@code /events} at once; one more is refused with 503. */
        @WithDefault("200")
        @WholeNumber(from = 1, to = 100_000)
        int maxTranscripts();

        /** The most answers of {@code /diff} and {@code /artifacts} at once; one more is refused with 503. */
        @WithDefault("50")
        @WholeNumber(from = 1, to = 100_000)
        int maxWorkspaces();

        /** How long a request's line and headers may take from their first byte; then 408. */
        @WithDefault("15s")
        @TimeSpan(moreThanZero = true)
        Duration headerTimeout();

        /** How long a request's body may take; then 408. */
        @WithDefault("60s")
        @TimeSpan(moreThanZero = true)
        Duration bodyTimeout();

        /** How long a connection may stay open without a request. More than a proxy in front keeps its own. */
        @WithDefault("2m")
        @TimeSpan(moreThanZero = true)
        Duration idleTimeout();

        /** How long a client may take nothing of an answer until it is cut off; streams have worker.stream.stall. */
        @WithDefault("30s")
        @TimeSpan(moreThanZero = true)
        Duration writeTimeout();
    }

    /** Configures how many tasks run at once. */
    interface Slots {
        /** The most tasks that run at once. {@code MAX_CONCURRENT_PROCESSES}. */
        @WithDefault("5")
        @WholeNumber(from = 1, to = 1000)
        int max();
    }

    /** Configures the queue. */
    interface Queue {
        /** The most pending tasks; one more is refused with 429. */
        @WithDefault("100000")
        @WholeNumber(from = 1)
        int capacity();

        /** How often a worker with a free slot looks for work that nobody told it of, ± 20 %. */
        @WithDefault("1s")
        @TimeSpan(moreThanZero = true)
        Duration poll();

        /**
         * How long a task waits to count as one priority more urgent, so that none waits for ever behind more urgent
         * ones. 0s: waiting never makes up for priority.
         */
        @WithDefault("30s")
        @TimeSpan(mostDays = 365)
        Duration ageing();
    }

    /** How long a claim is trusted. */
    interface Lease {
        /** How long a claimed task stays ours without renewal. Lost work is noticed no sooner than this. */
        @WithDefault("30s")
        Duration duration();

        /** How often leases are renewed; must be shorter than the duration without the margin. */
        @WithDefault("10s")
        Duration renew();

        /**
         * How long before the end of a lease that could not be renewed its task is killed: time for the kill, so that
         * nothing of it is left when another worker may begin.
         */
        @WithDefault("5s")
        Duration margin();
    }

    /** How long what has ended is kept; removed in the background. */
    interface Retention {
        /** From a task's end until it is removed with all that belongs to it. 0s keeps it for ever. */
        @WithDefault("30d")
        Duration tasks();

        /** From a task's end until what it printed is removed. 0s keeps it as long as the task. */
        @WithDefault("7d")
        Duration transcripts();

        /** From the end of the last task that used a workspace until it is removed. 0s keeps it as long as the task. */
        @WithDefault("7d")
        Duration workspaces();

        /** How often what is older is looked for. */
        @WithDefault("10m")
        @TimeSpan(moreThanZero = true)
        Duration interval();
    }

    /** Tasks that name a worker. */
    interface Affinity {
        /** How long a task waits for the worker that it prefers, while that one is alive. */
        @WithName("wait")
        @WithDefault("30s")
        Duration patience();
    }

    /** Configures the share of a task. */
    interface Task {
        /** The wall clock of a task that names none, in milliseconds. {@code PTY_TIMEOUT_MS}. */
        @WithDefault("300000")
        @WholeNumber(from = 1_000, to = 86_400_000)
        long timeoutMs();

        /** The most resident memory of all its processes together; a task that has more is killed. 0 is no limit. */
        @WithDefault("4G")
        MemorySize memory();

        /** The most processes at once; a task that has more is killed. 0 is no limit. */
        @WithDefault("512")
        @WholeNumber(from = 0)
        int processes();

        /** The most in its workspace, HOME, session and temporary files together; a task that has more is ended. 0 is no limit. */
        @WithDefault("20G")
        MemorySize disk();

        /** Whether each task, with its follow-ups, has a HOME of its own, which goes with its workspace, or all share one. */
        @WithDefault("own")
        Home home();

        /** Whose HOME is. */
        enum Home {
            OWN,
            SHARED
        }

        /**
         * Variables that every task gets on top of the allow-listed ones: {@code worker.task.env.NAME=value}, or
         * {@code WORKER_TASK_ENV_NAME}. To be read by {@link TaskVariables}, which keeps names as they were given.
         */
        Map<String, Optional<String>> env();
    }

    /** Configures the directories that tasks work in. */
    interface Workspace {
        /** Where each file is a token that {@code workspace.git.tokenSecretName} may name: a mounted Secret. */
        @WithDefault("/app/secrets")
        Path secretsDir();

        /** The private key for {@code ssh://}, without passphrase. Absent: keys and agent of the worker's user. */
        Optional<Path> sshKey();

        /** The {@code known_hosts} for {@code ssh://}. Absent: that of the worker's user. */
        Optional<Path> sshKnownHosts();

        /** Who commits where neither repository nor variable nor HOME say so. Empty: nobody. */
        @WithDefault("Claude")
        Optional<String> gitUserName();

        /** The same one's address. Empty: none. */
        @WithDefault("claude@claudecluster.invalid")
        Optional<String> gitUserEmail();
    }

    /** Configures the time before the end of the process. */
    interface Drain {
        /** How long running tasks may finish by themselves after SIGTERM. */
        @WithDefault("25s")
        Duration timeout();
    }

    /** Usage limits of the account. */
    interface Limits {
        /** Whether a task that met one waits for its reset; otherwise it fails. */
        @WithDefault("true")
        @WithConverter(TrueOrFalse.class)
        boolean park();

        /** How often in a row a task waits for a reset before it fails; a run that got an answer begins anew. */
        @WithDefault("10")
        @WholeNumber(from = 1, to = 10_000)
        int maxParks();

        /** The longest time from a task's first wait for a reset to the last reset that it waits for. */
        @WithDefault("8d")
        @TimeSpan(moreThanZero = true)
        Duration maxWait();
    }

    /** The end of the process. */
    interface Stop {
        /** How long it may take after the drain to end the remaining tasks and to write what became of them. */
        @WithDefault("15s")
        Duration patience();
    }
}
