package org.claudecluster.worker.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.claudecluster.worker.Ports;

/**
 * How a container is started: as strictly as a cluster would, with a read-only root, no capabilities, no new privileges
 * and 512 MB. Its network is this machine's, so that it reaches what listens on loopback, where
 * it listens as well and therefore asks nobody for a key.
 */
final class ContainerSetup {

    private final String image;
    private final int port = Ports.free();
    private final Map<String, String> environment = new TreeMap<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> command = new ArrayList<>();

    private ContainerSetup(String image) {
        this.image = image;
        option("--network", "host", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges");
        option("--memory", "512m", "--memory-swap", "512m", "--tmpfs", "/tmp");
        option("--volume", "/app/data", "--volume", "/app/workspace");
        with("HOST", "127.0.0.1");
        with("PORT", String.valueOf(port));
    }

    static ContainerSetup of(String image) {
        return new ContainerSetup(image);
    }

    ContainerSetup with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Listens where the image says, which is where others can ask, too. */
    ContainerSetup onEveryAddress() {
        environment.remove("HOST");
        return this;
    }

    ContainerSetup option(String... words) {
        options.addAll(List.of(words));
        return this;
    }

    /** What runs in the place of the image's own command. */
    ContainerSetup command(String... words) {
        command.addAll(List.of(words));
        return this;
    }

    /** Starts it and waits until it is ready. */
    Container start() {
        Container started = launch();
        started.awaitReady();
        return started;
    }

    /** Starts it and returns at once. */
    Container launch() {
        List<String> words = new ArrayList<>(List.of("run", "--detach"));
        environment.forEach((variable, value) -> words.addAll(List.of("--env", variable + "=" + value)));
        words.addAll(options);
        words.add(image);
        words.addAll(command);
        return new Container(Docker.run(words.toArray(String[]::new)), port);
    }
}
