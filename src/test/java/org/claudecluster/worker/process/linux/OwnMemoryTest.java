package org.claudecluster.worker.process.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.claudecluster.worker.terminal.OpenToTasks;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A task that tries to read the worker's secrets. Where the tests are root's, both are nobody's here: root may look. */
@Timeout(120)
class OwnMemoryTest {

    private static final String TRIES = """
            for file in environ mem maps auxv; do
                if (exec 3</proc/$PPID/$file) 2>/dev/null; then echo "$file: open"; else echo "$file: closed"; fi
            done
            if ls /proc/$PPID/fd >/dev/null 2>&1; then echo "fd: open"; else echo "fd: closed"; fi
            if ls -l /proc/$PPID/cwd 2>/dev/null | grep -q -- '->'; then echo "cwd: open"; else echo "cwd: closed"; fi
            tr '\\0' '\\n' < /proc/$PPID/environ 2>/dev/null | grep SECRET
            echo "own: $(cat /proc/self/environ | tr '\\0' '\\n' | grep -c SECRET)"
            """;

    /** Readable for everybody, as the directory of a build may not be. */
    @TempDir
    Path classes;

    @BeforeEach
    void copy() throws IOException {
        Files.setPosixFilePermissions(classes, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        for (Path from : List.of(Path.of("target/classes"), Path.of("target/test-classes"))) {
            for (String room : List.of("libc", "process", "process/linux", "terminal")) {
                copy(from, Path.of("org/claudecluster/worker", room));
            }
        }
    }

    private void copy(Path from, Path room) throws IOException {
        Path to = Files.createDirectories(classes.resolve(room));
        if (!Files.isDirectory(from.resolve(room))) {
            return;
        }
        try (Stream<Path> files = Files.list(from.resolve(room))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }

    private List<String> tried(String how) throws Exception {
        List<String> command = new ArrayList<>();
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes + ":" + jarOf(org.jboss.logging.Logger.class),
                OpenToTasks.class.getName(),
                how,
                "/bin/sh",
                "-c",
                TRIES));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(classes.toFile()).redirectErrorStream(true);
        builder.environment().put("SECRET", "sesame");
        Process process = builder.start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(lines::toString).isZero();
        return lines;
    }

    private String jarOf(Class<?> type) throws Exception {
        Path jar =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        return Files.copy(jar, classes.resolve("logging.jar")).toString();
    }

    @Test
    void environment_memory_and_descriptors_are_closed_to_tasks_and_the_worker_still_has_what_it_needs()
            throws Exception {
        assertThat(tried("closed"))
                .contains("environ: closed", "mem: closed", "maps: closed", "auxv: closed", "fd: closed", "cwd: closed")
                .contains("own: 1")
                .contains("own limits: true", "own children: true", "own descriptors: true", "own birth: true")
                .noneMatch(line -> line.contains("sesame"));
    }

    @Test
    void without_it_they_are_open() throws Exception {
        assertThat(tried("open")).contains("environ: open", "mem: open", "fd: open", "SECRET=sesame");
    }
}
