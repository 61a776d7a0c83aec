package org.claudecluster.worker.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What runs on this machine, read from /proc. */
public final class Machine {

    /** The first is the CLI's and of what it starts, the second is git's as well. */
    private static final List<String> MARKERS = List.of("CLAUDECLUSTER_TASK=", "CLAUDECLUSTER_RUN=");

    private Machine() {}

    /** The processes that were started by one of these tasks: pid and command line. */
    public static Map<Long, String> processesOf(Collection<String> taskIds) {
        Map<Long, String> found = new TreeMap<>();
        for (Path process : list(Path.of("/proc"), "[0-9]*")) {
            String environment = read(process.resolve("environ"));
            boolean marked = taskIds.stream()
                    .anyMatch(id -> MARKERS.stream().anyMatch(marker -> environment.contains(marker + id)));
            if (marked) {
                String command = read(process.resolve("cmdline")).replace('\0', ' ');
                found.put(Long.valueOf(process.getFileName().toString()), command);
            }
        }
        return found;
    }

    /** Living processes whose command line holds this text, however they hide where they come from. */
    public static Map<Long, String> running(String text) {
        Map<Long, String> found = new TreeMap<>();
        for (Path process : list(Path.of("/proc"), "[0-9]*")) {
            String command = read(process.resolve("cmdline")).replace('\0', ' ');
            if (command.contains(text)) {
                found.put(Long.valueOf(process.getFileName().toString()), command);
            }
        }
        return found;
    }

    /** How many descriptors a process has open. */
    public static int descriptorsOf(long pid) {
        return list(Path.of("/proc", String.valueOf(pid), "fd"), "*").size();
    }

    /** How many threads a process has. */
    public static int threadsOf(long pid) {
        return list(Path.of("/proc", String.valueOf(pid), "task"), "*").size();
    }

    /** Processor time of a living process, without its children's. */
    public static Duration cpuOf(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow(() -> new AssertionError("no process " + pid));
    }

    /** How many children of a process have ended and were not taken away. */
    public static long zombiesOf(long pid) {
        return list(Path.of("/proc"), "[0-9]*").stream()
                .map(process -> read(process.resolve("stat")))
                .filter(stat -> stat.matches("(?s).*\\) Z " + pid + " .*"))
                .count();
    }

    /** How many master sides of pseudo-terminals a process has open. */
    public static long terminalsOf(long pid) {
        return list(Path.of("/proc", String.valueOf(pid), "fd"), "*").stream()
                .filter(Machine::isTerminal)
                .count();
    }

    private static boolean isTerminal(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.contains("/ptmx") || target.startsWith("/dev/pts/");
        } catch (IOException _) {
            return false;
        }
    }

    private static List<Path> list(Path directory, String glob) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, glob)) {
            stream.forEach(entries::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }

    /** Empty when the process is gone or not ours to look into. */
    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }
}
