package org.claudecluster.worker.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The texts by which the kernel tells of cgroups, version 2. */
final class CgroupFiles {

    private CgroupFiles() {}

    /**
     * This process's own directory.
     *
     * @param cgroup the text of /proc/self/cgroup
     * @param mounts the text of /proc/self/mountinfo
     */
    static Optional<Path> own(String cgroup, String mounts) {
        Optional<Path> path = cgroup.lines()
                .filter(line -> line.startsWith("0::/"))
                .map(line -> Path.of(line.substring(3)))
                .findFirst()
                // Outside of what our namespace shows.
                .filter(found -> !found.startsWith("/.."));
        return path.flatMap(found -> mounts.lines()
                .map(line -> line.split(" ", -1))
                .filter(CgroupFiles::isVersion2)
                .flatMap(mount -> below(mount, found).stream())
                .findFirst());
    }

    /** Optional fields stand between the mount's options and a dash; behind it comes the type. */
    private static boolean isVersion2(String[] mount) {
        int dash = Arrays.asList(mount).indexOf("-");
        return dash > 5 && mount.length > dash + 1 && mount[dash + 1].equals("cgroup2");
    }

    private static Optional<Path> below(String[] mount, Path path) {
        Path root = Path.of(mount[3]);
        if (!path.startsWith(root)) return Optional.empty();
        return Optional.of(Path.of(mount[4].replace("\\040", " ")).resolve(root.relativize(path)));
    }

    /** Also of those in directories that the tree's own processes made; threads are named by their process. */
    static List<Long> processes(Path directory) {
        List<Long> found = new ArrayList<>();
        for (Path each : withInner(directory)) {
            read(each.resolve("cgroup.procs")).lines().map(Long::parseLong).forEach(found::add);
        }
        // Those that our process namespace does not show have the number 0.
        found.removeIf(pid -> pid <= 0);
        return found;
    }

    /** The innermost first. */
    static List<Path> withInner(Path directory) {
        List<Path> all = new ArrayList<>();
        for (Path inner : directories(directory)) {
            all.addAll(withInner(inner));
        }
        all.add(directory);
        return all;
    }

    static List<Path> directories(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(Files::isDirectory).toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            return List.of(); // it was removed meanwhile
        }
    }

    static Set<String> words(Path file) {
        return Arrays.stream(read(file).strip().split("\\s+", -1))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toSet());
    }

    static OptionalLong number(Path file) {
        return number(read(file).strip());
    }

    /** The value behind a name, one pair a line. */
    static OptionalLong number(Path file, String name) {
        Iterator<String> values = read(file)
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .iterator();
        return values.hasNext() ? number(values.next()) : OptionalLong.empty();
    }

    private static OptionalLong number(String text) {
        return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Empty also where there is no such file. */
    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
