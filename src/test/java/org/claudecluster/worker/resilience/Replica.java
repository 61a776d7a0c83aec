package org.claudecluster.worker.resilience;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.claudecluster.worker.e2e.Api;
import org.claudecluster.worker.e2e.WorkerProcess;
import org.claudecluster.worker.e2e.WorkerSetup;

/** One worker of a cluster: its data directory and its link to the database, which outlive its processes. */
final class Replica {

    private final String name;
    private final WorkerSetup setup;
    private final FaultyLink link;
    private final List<WorkerProcess> processes = new ArrayList<>();

    Replica(String name, WorkerSetup setup, FaultyLink link) {
        this.name = name;
        this.setup = setup;
        this.link = link;
    }

    /** Starts a process and waits until it is ready. */
    Replica start() throws IOException {
        launch().awaitReady();
        return this;
    }

    /** Starts a process and returns at once. */
    WorkerProcess launch() throws IOException {
        WorkerProcess launched = setup.launch();
        processes.add(launched);
        return launched;
    }

    Replica with(String variable, String value) {
        setup.with(variable, value);
        return this;
    }

    /** It does not see what other workers' tasks have started, as if it were on another machine. */
    Replica elsewhere() {
        setup.alone();
        return this;
    }

    String name() {
        return name;
    }

    WorkerSetup setup() {
        return setup;
    }

    FaultyLink link() {
        return link;
    }

    /** The newest process. */
    WorkerProcess process() {
        return processes.getLast();
    }

    Api api() {
        return process().api();
    }

    /** The worker's own id, which is new at each start. */
    String id() {
        return Api.json(api().get("/hello")).path("id").asText();
    }

    List<WorkerProcess> alive() {
        return processes.stream().filter(WorkerProcess::isAlive).toList();
    }

    List<WorkerProcess> processes() {
        return List.copyOf(processes);
    }
}
