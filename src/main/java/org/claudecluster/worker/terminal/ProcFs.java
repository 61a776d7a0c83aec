package org.claudecluster.worker.terminal;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What Linux tells of processes under /proc. A process that has gone is simply absent. */
final class ProcFs {
    static final long SELF = ProcessHandle.current().pid();

    /** Children of our main thread, which is where the kernel puts the orphans it gives us. */
    private static final String ADOPTED = "/proc/self/task/" + SELF + "/children";

    private static final long KTHREADD = 2;

    /** An exec takes well under a millisecond unless it waits for a disk. */
    private static final int MAX_LOOKS = 100;

    /** Of the fields behind the name; the start of the environment is the one before. */
    private static final int ENV_END = 48;

    private static final long PAUSE_NANOS = 100_000;
    private static final byte[] NOTHING = {};

    private ProcFs() {}

    /**
     * One line of /proc/PID/stat.
     *
     * @param session id of the session, which is the pid of its leader
     * @param started clock ticks since boot; together with the pid it names a process for ever
     * @param bare whether the program was started with no environment at all
     */
    record Stat(long pid, char state, long parent, long session, int threads, long started, boolean bare) {
        /** A zombie; one with other threads is a living process whose first thread has ended. */
        boolean dead() {
            return (state == 'Z' || state == 'X') && threads <= 1;
        }

        /** When its environment reads empty: whether that is for this moment only. */
        boolean betweenPrograms() {
            boolean kernelThread = pid == KTHREADD || parent == KTHREADD;
            return !dead() && !bare && !kernelThread;
        }
    }

    static boolean available() {
        return Files.isReadable(Path.of("/proc/self/stat"));
    }

    /** Whether the kernel lists children (CONFIG_PROC_CHILDREN). */
    static boolean listsChildren() {
        return Files.isReadable(Path.of(ADOPTED));
    }

    static List<Long> adopted() {
        return numbers(read(ADOPTED));
    }

    /** Children belong to the thread that made them: all threads are asked. */
    static List<Long> children(long pid) {
        List<Long> children = new ArrayList<>();
        for (String thread : entries("/proc/" + pid + "/task")) {
            children.addAll(numbers(read("/proc/" + pid + "/task/" + thread + "/children")));
        }
        return children;
    }

    /** Every process on the machine, ourselves excepted. */
    static List<Long> all() {
        return entries("/proc").stream()
                .filter(name -> Character.isDigit(name.charAt(0)))
                .map(Long::parseLong)
                .filter(pid -> pid != SELF)
                .toList();
    }

    static Optional<Stat> stat(long pid) {
        byte[] bytes = read("/proc/" + pid + "/stat");
        if (bytes == null) return Optional.empty();
        String line = new String(bytes, StandardCharsets.ISO_8859_1);
        // The name in parentheses may itself contain spaces and parentheses.
        int end = line.lastIndexOf(')');
        if (end < 0) return Optional.empty();
        String[] fields = line.substring(end + 2).split(" ", ENV_END + 2);
        return Optional.of(new Stat(
                pid,
                fields[0].charAt(0),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[3]),
                Integer.parseInt(fields[17]),
                Long.parseLong(fields[19]),
                !fields[ENV_END].equals("0") && fields[ENV_END].equals(fields[ENV_END - 1])));
    }

    /** The value of one environment entry as it was at the program's start; absent when we may not look. */
    static Optional<String> environment(long pid, String name) {
        byte[] block = environmentBlock(pid);
        byte[] wanted = (name + "=").getBytes(StandardCharsets.UTF_8);
        int start = 0;
        while (start < block.length) {
            int end = start;
            while (end < block.length && block[end] != 0) end++;
            int value = start + wanted.length;
            if (value <= end && Arrays.equals(block, start, value, wanted, 0, wanted.length))
                return Optional.of(new String(block, value, end - value, StandardCharsets.UTF_8));
            start = end + 1;
        }
        return Optional.empty();
    }

    /**
     * In the middle of an exec a process has no environment for some microseconds; who looked then would take it for a
     * stranger and let it live.
     */
    private static byte[] environmentBlock(long pid) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            byte[] block = read("/proc/" + pid + "/environ");
            if (block == null) return NOTHING;
            if (block.length > 0 || stat(pid).filter(Stat::betweenPrograms).isEmpty()) return block;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return NOTHING;
    }

    private static List<Long> numbers(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) return List.of();
        String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(" ")).map(Long::parseLong).toList();
    }

    private static List<String> entries(String directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(Path.of(directory))) {
            stream.forEach(path -> names.add(String.valueOf(path.getFileName())));
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return names; // it ended while we looked
        }
        return names;
    }

    private static byte @Nullable [] read(String file) {
        try (FileInputStream in = new FileInputStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            return null;
        }
    }
}
