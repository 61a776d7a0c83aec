package org.claudecluster.worker.terminal;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What Linux tells of processes under /proc. A process that has gone is simply absent. */
final class ProcFs {
    static final long SELF = ProcessHandle.current().pid();

    /** Children of our main thread, which is where the kernel puts the orphans it gives us. */
    private static final String ADOPTED = "/proc/self/task/" + SELF + "/children";

    private ProcFs() {}

    /**
     * @param session id of the session, which is the pid of its leader
     * @param started clock ticks since boot; together with the pid it names a process for ever
     */
    record Stat(long pid, char state, long parent, long session, int threads, long started) {
        /** A zombie; one with other threads is a living process whose first thread has ended. */
        boolean dead() {
            return (state == 'Z' || state == 'X') && threads <= 1;
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
        String[] fields = line.substring(end + 2).split(" ", 21);
        return Optional.of(new Stat(
                pid,
                fields[0].charAt(0),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[3]),
                Integer.parseInt(fields[17]),
                Long.parseLong(fields[19])));
    }

    /** The value of one environment entry as it was at the program's start; absent when we may not look. */
    static Optional<String> environment(long pid, String name) {
        byte[] block = read("/proc/" + pid + "/environ");
        if (block == null) return Optional.empty();
        byte[] wanted = (name + "=").getBytes(StandardCharsets.UTF_8);
        int start = 0;
        while (start < block.length) {
            int end = start;
            while (end < block.length && block[end] != 0) end++;
            int value = start + wanted.length;
            if (value <= end && Arrays.equals(block, start, value, wanted, 0, wanted.length))
                return Optional.of(StandardCharsets.UTF_8
                        .decode(ByteBuffer.wrap(block, value, end - value))
                        .toString());
            start = end + 1;
        }
        return Optional.empty();
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
