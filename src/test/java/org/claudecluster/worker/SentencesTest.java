package org.claudecluster.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The comment of a type says what it does or is, in sentences that are understood at once (AGENTS.md). */
class SentencesTest {

    /** Up to its first tag, of what stands right before a type. */
    private static final Pattern COMMENT = Pattern.compile("/\\*\\*((?:[^*]|\\*(?!/))*)\\*/"
            + "\\s*(?:@\\w+(?:\\((?:[^()\"]|\"[^\"]*\")*\\))?\\s*)*(?:[a-z-]+ )*(?:class|interface|record|enum) \\w+");

    private static final Pattern TAGS = Pattern.compile("(?s)(?:^|\\s)@[a-z]+\\s.*");
    private static final Pattern UNCLEAR = Pattern.compile("(?:^|[.] )(?:<p>)?(?:What|Who|Whether|That|Of|As)\\b.*");

    @Test
    void no_sentence_begins_with_a_word_that_only_its_end_explains() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        int comments = 0;
        for (Path source : sources) {
            List<String> found = COMMENT.matcher(Files.readString(source))
                    .results()
                    .map(match ->
                            match.group(1).replaceAll("\\s*\\n\\s*\\*", " ").strip())
                    .map(comment -> TAGS.matcher(comment).replaceFirst(""))
                    .toList();
            comments += found.size();
            assertThat(found)
                    .as(source.toString())
                    .noneMatch(comment -> UNCLEAR.matcher(comment).find());
        }
        assertThat(comments).isGreaterThan(500);
    }
}
