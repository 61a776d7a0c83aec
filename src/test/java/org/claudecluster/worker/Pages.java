package org.claudecluster.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The pages of the repository: all of Markdown that is written for people. */
public final class Pages {

    /** A fenced block, with the line before it. */
    public record Block(Path page, int line, String before, String language, List<String> lines) {
        public Block {
            lines = List.copyOf(lines);
        }

        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    private Pages() {}

    public static List<Path> all() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> here = Files.list(Path.of(""))) {
            here.filter(Pages::isPage).forEach(pages::add);
        }
        for (String directory : List.of("docs", "bench", "examples", "helm", "k8s", ".github")) {
            try (Stream<Path> files = Files.walk(Path.of(directory))) {
                files.filter(Pages::isPage).forEach(pages::add);
            }
        }
        return pages.stream().sorted().toList();
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md");
    }

    public static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path page : all()) {
            blocks.addAll(blocks(page));
        }
        return blocks;
    }

    private static List<Block> blocks(Path page) throws IOException {
        List<String> lines = Files.readAllLines(page);
        List<Block> blocks = new ArrayList<>();
        int begin = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).strip().startsWith("```")) {
                continue;
            }
            if (begin < 0) {
                begin = i;
            } else {
                String before = begin == 0 ? "" : lines.get(begin - 1).strip();
                String language = lines.get(begin).strip().substring(3);
                blocks.add(new Block(page, begin + 1, before, language, lines.subList(begin + 1, i)));
                begin = -1;
            }
        }
        return blocks;
    }
}
