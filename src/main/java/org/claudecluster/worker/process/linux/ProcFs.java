package org.claudecluster.worker.process.linux;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Reads what Linux tells of processes under /proc. A process that has gone is simply absent. */
public final class ProcFs {
    public static final long SELF = ProcessHandle.current().pid();

    /** Children of our main thread, which is where the kernel puts the orphans it gives us. */
    private static final String ADOPTED = "/proc/self/task/" + SELF + "/children";

    /** An exec takes well under a millisecond unless it waits for a disk. */
    private static final int MAX_LOOKS = 100;

    /** Of one line of numbers; the longest has some 400. */
    private static final int STAT_BYTES = 1024;

    private static final long PAUSE_NANOS = 100_000;
    private static final byte[] NOTHING = {};

    private ProcFs() {}

    public static boolean available() {
        return Files.isReadable(Path.of("/proc/self/stat"));
    }

    /** Whether the kernel lists children (CONFIG_PROC_CHILDREN). */
    public static boolean listsChildren() {
        return Files.isReadable(Path.of(ADOPTED));
    }

    public static List<Long> adopted() {
        return numbers(read(ADOPTED));
    }

    /** Children belong to the thread that made them: all threads are asked. */
    public static List<Long> children(long pid) {
        List<Long> children = new ArrayList<>();
        for (String thread : entries("/proc/" + pid + "/task")) {
            children.addAll(numbers(read("/proc/" + pid + "/task/" + thread + "/children")));
        }
        return children;
    }

    /** Every process on the machine, ourselves excepted. */
    public static List<Long> all() {
        String[] names = new File("/proc").list();
        if (names == null) return List.of();
        return Arrays.stream(names)
                .filter(name -> Character.isDigit(name.charAt(0)))
                .map(Long::parseLong)
                .filter(pid -> pid != SELF)
                .toList();
    }

    public static Optional<ProcessStat> stat(long pid) {
        byte[] line = new byte[STAT_BYTES];
        try (FileInputStream in = new FileInputStream("/proc/" + pid + "/stat")) {
            return ProcessStat.parse(pid, line, in.read(line));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The brand that a living process wears. */
    public static Optional<ProcessTag> brand(long pid) {
        return ProcessTag.in(limits(pid));
    }

    /** Empty when it has ended. */
    public static String limits(long pid) {
        byte[] limits = read("/proc/" + pid + "/limits");
        return limits == null ? "" : new String(limits, StandardCharsets.ISO_8859_1);
    }

    /** How readily the kernel ends it when memory is short, -1000 to 1000. */
    public static OptionalInt oomScoreAdjustment(long pid) {
        List<Long> numbers = numbers(read(oomScoreFile(pid)));
        return numbers.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(numbers.getFirst().intValue());
    }

    /** To raise it needs no right but that of the owner; says whether it was done. */
    public static boolean adjustOomScore(long pid, int adjustment) {
        try {
            Files.writeString(Path.of(oomScoreFile(pid)), Integer.toString(adjustment), StandardOpenOption.WRITE);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String oomScoreFile(long pid) {
        return "/proc/" + pid + "/oom_score_adj";
    }

    /** Where it works, and what it has open, as far as we may look; of what was removed the text ends with " (deleted)". */
    public static List<String> files(long pid) {
        Path process = Path.of("/proc/" + pid);
        List<String> files = new ArrayList<>();
        target(process.resolve("cwd")).ifPresent(files::add);
        for (String fd : entries(process + "/fd")) {
            target(process.resolve("fd").resolve(fd)).ifPresent(files::add);
        }
        return files;
    }

    private static Optional<String> target(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The values of environment entries as they were at the program's start; none when we may not look. */
    public static Map<String, String> environment(long pid, Set<String> names) {
        byte[] block = environmentBlock(pid);
        Map<String, String> found = new HashMap<>();
        for (String name : names) {
            value(block, name).ifPresent(value -> found.put(name, value));
        }
        return found;
    }

    private static Optional<String> value(byte[] block, String name) {
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
            if (block.length > 0
                    || stat(pid).filter(ProcessStat::betweenPrograms).isEmpty()) return block;
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
